"""The models as expressions: layers, activations, costs, update rules and initial weights.

Here: the mathematics, in modules named as the original's, and LINREG, which is solved exactly.
Not here: settings, compiling (`backends`), the loop over minibatches (`training`), data.
"""
