#!/bin/sh
# Takes memory of the imagined card and writes down when its first and its last instruction ran.
#   stamped.sh FILE MIB
date +%s%N >> "$1"
if [ "${CUDA_VISIBLE_DEVICES:-}" != "" ]; then
  echo "$CUDA_VISIBLE_DEVICES $2" > "$FLOWLINE_TEST_CARDS/asked/.$$"
  mv "$FLOWLINE_TEST_CARDS/asked/.$$" "$FLOWLINE_TEST_CARDS/asked/$$"
  until [ -e "$FLOWLINE_TEST_CARDS/answered/$$" ]; do sleep 0.01; done
fi
date +%s%N >> "$1"
