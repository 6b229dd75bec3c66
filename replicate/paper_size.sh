#!/bin/sh
# The paper's size: VISUAL, MULTITASK and TEXTUAL of 1,024 units with 3 seeds, trained for at least
# 16 epochs and until the validation cost has not fallen for three, and LINREG; then all results and
# claims by two rules, at the paper's fixed eighth epoch, and at the epoch of the lowest validation
# cost, where LINREG's penalty too is chosen on that. Nothing is chosen by looking at the results.
# At last the same at the last epoch, with learning curves to the end.
#
#     sh replicate/paper_size.sh DATA OUT [--men FILE] [--images DIR] [--workers 2] ...
#
# Stopped by Ctrl-C or killed, the same command goes on where it was. On Flickr8k it takes about six
# hours with `--workers 2` on two cores: two at a time, each run of VISUAL took 44 to 52 minutes, of
# TEXTUAL 60 to 62, and of MULTITASK 106 to 114.
set -e
data=$1 out=$2
shift 2
export OMP_NUM_THREADS=1
for rule in "--iteration 8" "--iteration best" ""; do
    # shellcheck disable=SC2086  # an option and its value are two words
    "${PYTHON:-python}" "$(dirname "$0")/run_all.py" --data "$data" --out "$out" \
        --preset long --seeds 3 $rule "$@"
done
