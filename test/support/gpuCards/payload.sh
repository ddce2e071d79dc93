#!/bin/sh
# A program that takes GPU memory as training does: late, and all at once; it fails as PyTorch does where there is none.
#   payload.sh MIB [WAIT_SECONDS] [HOLD_SECONDS] [EXIT_CODE]
# It asks the test's cards (gpuCards.ts) by a file named after its pid, and holds until it ends.
mib=${1:?} wait=${2:-0} hold=${3:-1} code=${4:-0}
uuid=${CUDA_VISIBLE_DEVICES%%,*}
cards=${FLOWLINE_TEST_CARDS:?}
trap 'exit 143' TERM
sleep "$wait" & wait $!
echo "$uuid $mib" > "$cards/asked/.$$" && mv "$cards/asked/.$$" "$cards/asked/$$"
until [ -e "$cards/answered/$$" ]; do sleep 0.02; done
read -r answer total free < "$cards/answered/$$"
if [ "$answer" = denied ]; then
  echo "torch.OutOfMemoryError: CUDA out of memory. Tried to allocate $mib.00 MiB. GPU 0 has a total capacity of $total.00 MiB of which $free.00 MiB is free." >&2
  exit 1
fi
echo "holds $mib MiB of $uuid"
sleep "$hold" & wait $!
exit "$code"
