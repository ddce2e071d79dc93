/** Logs of imagined attempts: colours, progress bars, errors, a middle that was left out, and lines that a test adds. */
import { Buffer } from 'node:buffer';
import { isLive } from '../../src/model/task.ts';
import type { Task } from '../../src/protocol/taskApi.ts';

/** One of the lines that training prints. */
function line(epoch: number): string {
  const loss = (2.4 / (1 + epoch / 7)).toFixed(3);
  const took = (30.5 + (epoch % 7) / 10).toFixed(1);
  if (epoch === 9) return '\u001b[31mERROR\u001b[0m worker 3: image 41 882 truncated, skipped\n';
  if (epoch % 8 === 3)
    return `\u001b[32msaved\u001b[0m runs/vit_l-3/last.pt \u001b[2m1.2 GiB in 0.8 s\u001b[0m\n`;
  return `epoch ${String(epoch).padStart(2)}/60  loss ${epoch === 1 ? `\u001b[33m${loss}\u001b[0m` : loss}  acc ${(0.24 + epoch / 50).toFixed(3)}  ${took} s  24.6 GiB\n`;
}

const HEAD =
  '$ CUDA_VISIBLE_DEVICES=GPU-5d2a python train.py --model vit_l\n' +
  '\u001b[34mINFO\u001b[0m  torch 2.3.1 · cuda 12.4 · NVIDIA RTX A6000 47.5 GiB\n' +
  '\u001b[34mINFO\u001b[0m  rotate_mnist: 60 000 train, 10 000 test\n' +
  '\u001b[33mWARN\u001b[0m  TF32 is off for matmul; set torch.backends.cuda…\n';

/** What the middle of the long log held before it was cut. */
const LEFT_OUT_BYTES = 84 * 1024;

export function imagineLog(_bornMs: number) {
  const added = new Map<string, string>();
  let wake: (() => void)[] = [];

  function textOf(
    task: Task,
    attempt: number,
    stream: string,
  ): { before: string; gap: number; after: string } {
    const more = added.get(`${task.id} ${stream}`) ?? '';
    if (stream === 'err') return { before: '', gap: 0, after: more };
    const epochs = Array.from({ length: 14 }, (_, place) => line(place + 1)).join('');
    const long = task.id === 't427' && attempt === 2;
    const progress = isLive(task.state)
      ? '\repoch 15/60  [..........]  0 %\repoch 15/60  \u001b[32m[#######...]\u001b[0m  68 %  eta 9.8 s'
      : '';
    const failure =
      task.state === 'failed'
        ? 'Traceback (most recent call last):\n  File "train.py", line 214, in <module>\n    main()\nValueError: loss is nan\n'
        : '';
    return { before: HEAD, gap: long ? LEFT_OUT_BYTES : 0, after: epochs + failure + progress + more };
  }

  async function read(task: Task, query: URLSearchParams) {
    const stream = query.get('stream') ?? 'out';
    const last = task.attempts.at(-1);
    const attempt = Number(query.get('attempt') ?? last?.number ?? 1);
    const deadline = Date.now() + Number(query.get('waitMs') ?? 0);
    for (;;) {
      const { before, gap, after } = textOf(task, attempt, stream);
      const head = Buffer.from(before);
      const tail = Buffer.from(after);
      const size = head.length + gap + tail.length;
      const max = Number(query.get('maxBytes') ?? 65_536);
      let from = Number(query.get('fromByte') ?? Math.max(0, size - Number(query.get('lastBytes') ?? max)));
      const isComplete = !isLive(task.state) || attempt !== last?.number;
      if (from >= size && !isComplete && Date.now() < deadline) {
        await new Promise<void>((resolve) => {
          const timer = setTimeout(resolve, deadline - Date.now());
          wake.push(() => {
            clearTimeout(timer);
            resolve();
          });
        });
        continue;
      }
      if (from >= head.length && from < head.length + gap) from = head.length + gap;
      const whole =
        from < head.length
          ? head.subarray(from, from + max)
          : tail.subarray(from - head.length - gap, from - head.length - gap + max);
      const bytes = from < head.length || from >= head.length + gap ? whole : Buffer.alloc(0);
      return {
        attempt: `${task.id}.1.${attempt}`,
        stream,
        slice: {
          fromByte: Math.min(from, size),
          toByte: Math.min(from, size) + bytes.length,
          sizeBytes: size,
          base64: bytes.toString('base64'),
          gap: gap === 0 ? null : { fromByte: head.length, toByte: head.length + gap },
          isComplete,
        },
      };
    }
  }

  return {
    read,
    /** More output of a task, as if it had just printed it. */
    print(id: string, stream: 'out' | 'err', text: string): void {
      const key = `${id} ${stream}`;
      added.set(key, (added.get(key) ?? '') + text);
      const waiting = wake;
      wake = [];
      for (const resolve of waiting) resolve();
    },
  };
}
