/** The figures of messages as programs print them: what was asked for, what the process held, what was free. In MiB. */
import { expect, test } from 'vitest';
import { findOutOfMemory } from './outOfMemory.ts';

const MIB = 2 ** 20;
const GIB = 1024;
const CONTEXT = 512;

/** What it is, the text, and the three figures. */
const MESSAGES: [string, string, { tried: number | null; own: number | null; free: number | null }][] = [
  [
    'PyTorch 2, alone',
    'torch.OutOfMemoryError: CUDA out of memory. Tried to allocate 32.00 MiB. GPU 0 has a total capacty of 4.00 GiB of which 41.56 MiB is free. Including non-PyTorch memory, this process has 3.44 GiB memory in use. Of the allocated memory 2.58 GiB is allocated by PyTorch, and 1.90 MiB is reserved by PyTorch but unallocated.',
    { tried: 32, own: 3.44 * GIB, free: 41.56 },
  ],
  [
    'PyTorch 2, beside others, which it names',
    '[rank0]: torch.OutOfMemoryError: CUDA out of memory. Tried to allocate 572.00 MiB. GPU 0 has a total capacity of 39.49 GiB of which 321.31 MiB is free. Process 3721648 has 414.00 MiB memory in use. Including non-PyTorch memory, this process has 37.46 GiB memory in use. Process 1374765 has 414.00 MiB memory in use. Of the allocated memory 36.04 GiB is allocated by PyTorch, and 321.37 MiB is reserved by PyTorch but unallocated.',
    { tried: 572, own: 37.46 * GIB, free: 321.31 },
  ],
  [
    'PyTorch 2 in a container, where it does not know itself among the processes',
    'torch.OutOfMemoryError: CUDA out of memory. Tried to allocate 2.00 GiB. GPU 0 has a total capacity of 79.14 GiB of which 1.50 GiB is free. Process 4078482 has 77.29 GiB memory in use. Of the allocated memory 8.25 GiB is allocated by PyTorch, and 512.00 MiB is reserved by PyTorch but unallocated.',
    { tried: 2 * GIB, own: 8.75 * GIB + CONTEXT, free: 1.5 * GIB },
  ],
  [
    'PyTorch 2 at its first memory',
    'torch.OutOfMemoryError: CUDA out of memory. Tried to allocate 2.00 MiB. GPU 0 has a total capacity of 79.14 GiB of which 0 bytes is free. Including non-PyTorch memory, this process has 0 bytes memory in use. Of the allocated memory 0 bytes is allocated by PyTorch, and 0 bytes is reserved by PyTorch but unallocated.',
    { tried: 2, own: 0, free: 0 },
  ],
  [
    'PyTorch 2, its own figure gone wrong',
    'torch.OutOfMemoryError: CUDA out of memory. Tried to allocate 14.00 MiB. GPU 0 has a total capacity of 8.00 GiB of which 0 bytes is free. Including non-PyTorch memory, this process has 17179869184.00 GiB memory in use. Of the allocated memory 6.50 GiB is allocated by PyTorch, and 0 bytes is reserved by PyTorch but unallocated.',
    { tried: 14, own: 6.5 * GIB + CONTEXT, free: 0 },
  ],
  [
    'PyTorch 1.8',
    'RuntimeError: CUDA out of memory. Tried to allocate 16.00 MiB (GPU 0; 3.94 GiB total capacity; 2.98 GiB already allocated; 14.25 MiB free; 3.00 GiB reserved in total by PyTorch)',
    { tried: 16, own: 3 * GIB + CONTEXT, free: 14.25 },
  ],
  [
    'PyTorch 1.0',
    'RuntimeError: CUDA out of memory. Tried to allocate 1024.00 KiB (GPU 0; 11.17 GiB total capacity; 10.50 GiB already allocated; 576.00 KiB free; 32.00 MiB cached)',
    { tried: 1, own: 10.5 * GIB + 32 + CONTEXT, free: 0.5625 },
  ],
  [
    'PyTorch with the asynchronous allocator',
    'torch.OutOfMemoryError: Allocation on device 0 would exceed allowed memory. (out of memory)\nCurrently allocated     : 11.50 GiB\nRequested               : 72.00 MiB\nDevice limit            : 12.00 GiB\nFree (according to CUDA): 20.00 MiB',
    { tried: 72, own: 11.5 * GIB + CONTEXT, free: null },
  ],
  [
    'CuPy',
    'cupy.cuda.memory.OutOfMemoryError: Out of memory allocating 25,165,824 bytes (allocated so far: 3,758,096,384 bytes).',
    { tried: 24, own: 3584 + CONTEXT, free: null },
  ],
  [
    'CuPy 5',
    'cupy.cuda.memory.OutOfMemoryError: out of memory to allocate 1073741824 bytes (total 2147483648 bytes)',
    { tried: 1024, own: 2048 + CONTEXT, free: null },
  ],
  [
    'Paddle',
    'Out of memory error on GPU 0. Cannot allocate 98.000000MB memory on GPU 0, 6.000000GB memory has been allocated and available memory is only 12.000000MB.',
    { tried: 98, own: null, free: 12 },
  ],
  [
    'vLLM at its start',
    'ValueError: Free memory on device cuda:0 (19.50/22.05 GiB) on startup is less than desired GPU memory utilization (0.9, 19.84 GiB). Decrease GPU memory utilization or reduce GPU memory used by other processes.',
    { tried: 19.84 * GIB, own: null, free: 19.5 * GIB },
  ],
  [
    'JAX, whose allocator took the card before: what it counts is not what the process holds',
    'jaxlib.xla_extension.XlaRuntimeError: RESOURCE_EXHAUSTED: Out of memory while trying to allocate 1073741824 bytes.',
    { tried: 1024, own: null, free: null },
  ],
];

test.each(MESSAGES)('%s', (_, text, { tried, own, free }) => {
  const found = findOutOfMemory([`Traceback (most recent call last):\n${text}\n`]);
  const mebibytes = (bytes: number | null | undefined) => (bytes == null ? null : bytes / MIB);
  const near = (figure: number | null) => (figure === null ? null : expect.closeTo(figure, 3));
  expect({
    tried: mebibytes(found?.triedBytes),
    own: mebibytes(found?.ownBytes),
    free: mebibytes(found?.freeBytes),
  }).toEqual({ tried: near(tried), own: near(own), free: near(free) });
});
