#!/bin/sh
# Runs a command and bears witness: what a task did is told by the task itself, whatever the hub believes.
#   journal.sh COMMAND ARGUMENT…
# Lines of $FLOWLINE_TEST_JOURNAL/lines (journal.ts reads them):
#   start   t42.1.2 4711     this attempt executes, as this process
#   overlap t42.1.2          another attempt of the same run was alive then: nothing may ever write this
#   term    t42.1.2          it was asked to end
#   end     t42.1.2 3        its command ended with this code, and so will it
# The lock is held by every process of the attempt, and given back by the kernel when the last of them is gone.
journal=${FLOWLINE_TEST_JOURNAL:?} attempt=${FLOWLINE_ATTEMPT_ID:?}
say() { echo "$*" >> "$journal/lines"; }
exec 9>> "$journal/${attempt%.*}.lock"
flock -n 9 || say overlap "$attempt"
say start "$attempt" $$
"$@" &
child=$!
trap 'say term "$attempt"; kill -TERM "$child"' TERM
wait "$child"
code=$?
while kill -0 "$child" 2> /dev/null; do
  wait "$child"
  code=$?
done
say end "$attempt" "$code"
exit "$code"
