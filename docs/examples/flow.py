#!/usr/bin/env python3
"""func and cmp of the older FlowLine as a program of your own (docs/flows.md):
flowline submit sweep.csv --command-from ./flow.py --gpu-order ./flow.py"""
import functools, json, shlex, sys

def func(row, gpu_id, sorted_gpu_ids):
    args = " ".join(f"--{key} {shlex.quote(value)}" for key, value in row.items())
    return f"CUDA_VISIBLE_DEVICES={gpu_id} python -u train.py {args}"

def cmp(info1, info2):  # negative: info1 is taken first
    return info2["memoryFreeBytes"] - info1["memoryFreeBytes"]

for line in sys.stdin:
    ask = json.loads(line)
    if ask["kind"] == "command":
        answer = {"shell": func(ask["row"], ask["gpu"], ask["gpus"])}
    else:
        gpus = sorted(ask["gpus"], key=functools.cmp_to_key(cmp))
        answer = {"uuids": [gpu["uuid"] for gpu in gpus]}
    print(json.dumps({"id": ask["id"], **answer}), flush=True)
