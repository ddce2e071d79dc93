#!/bin/sh
# A program that takes GPU memory as training does: late, and all at once; it fails as PyTorch does where there is none.
#   payload.sh MIB[,FILE,MIB…] [WAIT_SECONDS] [HOLD_SECONDS] [EXIT_CODE]
# It waits, asks the test's cards (gpuCards.ts) by a file named after its pid, and holds what it was given until it ends.
# One whose first epoch takes more than its start waits for a file (a path) to appear, then asks for more.
sizes=${1:?} wait=${2:-0} hold=${3:-1} code=${4:-0}
uuid=${CUDA_VISIBLE_DEVICES%%,*}
cards=${FLOWLINE_TEST_CARDS:?}
trap 'exit 143' TERM
IFS=,
sleep "$wait" & wait $!
for mib in $sizes; do
  case $mib in
    /*) until [ -e "$mib" ]; do sleep 0.1; done; continue ;;
  esac
  echo "$uuid $mib" > "$cards/asked/.$$" && mv "$cards/asked/.$$" "$cards/asked/$$"
  until [ -e "$cards/answered/$$" ]; do sleep 0.02; done
  read -r line < "$cards/answered/$$"
  rm "$cards/answered/$$"
  answer=${line%% *} rest=${line#* }
  if [ "$answer" = denied ]; then
    echo "torch.OutOfMemoryError: CUDA out of memory. Tried to allocate $mib.00 MiB. GPU 0 has a total capacity of ${rest% *}.00 MiB of which ${rest#* }.00 MiB is free." >&2
    exit 1
  fi
  echo "holds $mib MiB of $uuid"
done
sleep "$hold" & wait $!
exit "$code"
