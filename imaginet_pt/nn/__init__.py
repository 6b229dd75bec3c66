"""The models as expressions: layers, activations, costs, update rules, and their first weights.

Here: what is computed, by the names of the original's modules, and LINREG, which is solved exactly.
Not here: settings, compiling (`backends`), the loop over minibatches (`training`), data.
"""
