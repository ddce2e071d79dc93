"""A training script as people have them: arguments from its row, memory taken on the card it was given, a progress bar."""
import argparse
import os
import pathlib
import sys
import time

parser = argparse.ArgumentParser()
parser.add_argument("--lr", type=float, required=True)
parser.add_argument("--model", required=True)
parser.add_argument("--seed", type=int, default=0)
parser.add_argument("--mib", type=int, default=8000)
options = parser.parse_args()

uuid = os.environ["CUDA_VISIBLE_DEVICES"].split(",")[0]
cards = pathlib.Path(os.environ["FLOWLINE_TEST_CARDS"])
pid = os.getpid()
time.sleep(0.2)
request = cards / "asked" / f".{pid}"
request.write_text(f"{uuid} {options.mib}\n")
request.rename(cards / "asked" / str(pid))
answer = cards / "answered" / str(pid)
while not answer.exists():
    time.sleep(0.02)
if answer.read_text().startswith("denied"):
    sys.exit(f"torch.OutOfMemoryError: CUDA out of memory. Tried to allocate {options.mib}.00 MiB.")
for epoch in range(1, 6):
    print(f"\repoch {epoch}/5 loss {options.lr / epoch:.4f}", end="", flush=True)
    time.sleep(0.1)
print()
if options.lr > 1:
    raise ValueError("loss is nan")
print(f"done: {options.model} seed {options.seed}")
