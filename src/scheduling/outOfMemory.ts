/**
 * Recognises in what a program last wrote that it ran out of GPU memory (scheduling.md, 6); its figures are
 * read by outOfMemoryFigures.ts. Asked only of attempts that failed: one that caught the error, made its batch smaller and
 * succeeded is decided by its exit code. Running out of host memory is something else, and its texts look alike.
 *
 *   torch.OutOfMemoryError: CUDA out of memory. Tried to allocate 2.50 GiB. GPU 0 has a total capacity of 23.65 GiB …
 *   jaxlib.xla_extension.XlaRuntimeError: RESOURCE_EXHAUSTED: Out of memory while trying to allocate 7406166528 bytes.
 *   ggml_backend_cuda_buffer_type_alloc_buffer: allocating 4096.00 MiB on device 0: cudaMalloc failed: out of memory
 */
import type { OutOfMemory } from '../model/task.ts';
import { memoryFigures } from './outOfMemoryFigures.ts';

/** How much of the end of each stream is looked at. */
export const LOOKED_AT_CHARACTERS = 64 * 1024;
const MAX_LINE_CHARACTERS = 500;
const MAX_LOOKED_AT = 2048;
/** Lines before and after it in which its figures may stand. */
const NEAR = 3;

/** What says it, of each framework. Lines are tested one by one; none of these may match a sentence of advice. */
const SIGNS: readonly RegExp[] = [
  // PyTorch since 1.0 (on AMD: HIP), with its figure; before, and by the asynchronous error, without.
  /\b(?:CUDA|HIP) out of memory\. ?Tried to allocate/i,
  /\b(?:torch\.)?(?:cuda\.)?OutOfMemoryError: (?:CUDA|HIP|Allocation on device)/,
  /^Tried to allocate [\d.]+ \w+(?: \(GPU |\. GPU )/,
  /\b(?:RuntimeError|AcceleratorError): CUDA (?:driver )?error:? ?out of memory/i,
  /cuda runtime error \(2\) ?: ?out of memory/i,
  /THCudaCheck FAIL .*error=2 ?: ?out of memory/,
  // The runtime's and the driver's own names: CuPy, numba, RAPIDS, TensorFlow, Taichi, OptiX …
  /cudaErrorMemoryAllocation/,
  /\bCUDA_ERROR_OUT_OF_MEMORY\b/,
  /\bRMM_ERROR_OUT_OF_MEMORY\b|std::bad_alloc: out_of_memory/,
  // Libraries that allocate a workspace.
  /\b(?:CUBLAS|CUDNN|CUSOLVER|CUSPARSE)_STATUS_ALLOC_FAILED\b|\bCUFFT_ALLOC_FAILED\b/,
  // JAX and XLA; RESOURCE_EXHAUSTED alone is also a quota or a message of gRPC that is too large.
  /resource[_ ]exhausted:.*(?:out of memory|failed to allocate request|error loading|while trying to allocate)/i,
  /\bResourceExhaustedError:.*\bOOM when allocating tensor\b/i,
  /\bOOM when allocating tensor with shape/i,
  /Allocator \(GPU_\d+_bfc\) ran out of memory trying to allocate/,
  // CuPy, Chainer.
  /cupy\S*\.OutOfMemoryError: out of memory/i,
  /\bOut of memory allocating [\d,]+ bytes \(allocated so far/i,
  /\bout of memory to allocate [\d,]+ bytes \(total/i,
  // Paddle, MXNet, llama.cpp, Caffe, ONNX Runtime, TensorRT, vLLM, Julia.
  /\bOut of memory error on GPU \d+/i,
  /\bcuda(?:Malloc\w*|MemCreate)\b.{0,40}failed:? ?out of memory/i,
  /\bcuMem(?:Alloc|Create)\w*(?:\(\))?.{0,20}out of memory/i,
  /\bSystem is out of GPU(?: and shared host)? memory/i,
  /\bcudaSuccess\b.{0,40}\bout of memory/,
  /\bCUDA failure (?:2: |'?)out of memory/i,
  /BFCArena::AllocateRawInternal.*Failed to allocate memory for requested buffer of size/,
  /\bCuda Runtime \(out of memory\)|Requested amount of GPU memory \(\d+ bytes\) could not be allocated/i,
  /Cuda Error in \S*allocate: 2 \(out of memory\)/i,
  /\bOutOfMemory \(Requested size was \d+ bytes/,
  /ValueError: Free memory on device .* is less than desired GPU memory utilization/i,
  /ValueError: No available memory for the cache blocks/,
  /\bOut of GPU memory trying to allocate\b|\bOutOfGPUMemoryError\b/i,
  // A program's own check: `CUDA error at kernel.cu:42: out of memory`, `GPUassert: out of memory`, `out of memory (2)`.
  /\b(?:CUDA|GPU)(?:[\s_-]?(?:runtime|driver|api))?[\s_-]?(?:error|assert)\b.{0,120}?\bout of memory\b/i,
  /\bcode=2\(cudaErrorMemoryAllocation\)|\berror code 2\b.*out of memory|\bout of memory \(2\)|\bcode #2, ERROR_OUT_OF_MEMORY/i,
];

/** Lines that look like it and are not: host memory, advice, what the framework itself says is no failure. */
const NOT_SIGNS: readonly RegExp[] = [
  /is not a failure/,
  /\bdevice:CPU:\d|\bby allocator (?:cpu|mklcpu|CPU)\b/,
  /\b(?:if|when|in case|whenever) (?:you|it|this|there|your|the \w+)\b.{0,80}\bout of memory\b/i,
  /\b(?:avoid|avoids|avoiding|prevent|prevents|preventing|to fix|reduce|handle|handles|catch|catches|catching)\b.{0,60}\bout of memory\b/i,
  /\bexcept\b.*OutOfMemoryError|\braise \S*OutOfMemoryError|\bisinstance\(.*OutOfMemoryError|\bin str\(/,
  /\bpinned memory\b/,
];

/** Errors of a program's own that have nothing to do with what went out of memory long before. */
const OWN_ERROR =
  /^(?:\w+\.)*(?:TypeError|ValueError|KeyError|NameError|AttributeError|ImportError|ModuleNotFoundError|FileNotFoundError|IndexError|AssertionError|ZeroDivisionError|SyntaxError|PermissionError|UnboundLocalError|NotImplementedError|JSONDecodeError)\b/;
const CHAINED = /^(?:During handling of the above exception|The above exception was the direct cause)/;
/** So many lines after it the program went on: it had caught it. */
const WENT_ON_LINES = 10;

/**
 * What was seen of running out of GPU memory, or null. Streams are looked at apart, each at its end; `ownTexts` are the
 * user's, found as they stand.
 */
export function findOutOfMemory(
  streams: readonly string[],
  ownTexts: readonly string[] = [],
): OutOfMemory | null {
  for (const stream of streams) {
    const found = inStream(stream.slice(-LOOKED_AT_CHARACTERS), ownTexts);
    if (found) return found;
  }
  return null;
}

function inStream(text: string, ownTexts: readonly string[]): OutOfMemory | null {
  const lines = text.split(/\r\n|\n|\r/);
  for (let place = lines.length - 1; place >= 0; place--) {
    const line = lines[place] ?? '';
    const isOwn = ownTexts.some((own) => line.includes(own));
    if (!isOwn && !isSign(line)) continue;
    if (!isOwn && wasCaught(lines, place)) return null;
    return { line: shortened(line), ...memoryFigures(nearLines(lines, place), NEAR) };
  }
  return null;
}

function isSign(line: string): boolean {
  const looked = looksAt(line);
  return SIGNS.some((sign) => sign.test(looked)) && !NOT_SIGNS.some((not) => not.test(looked));
}

/** The lines that may hold its figures, cut as those are that are looked at. */
const nearLines = (lines: readonly string[], place: number): string[] =>
  Array.from({ length: 2 * NEAR + 1 }, (_, index) => looksAt(lines[place - NEAR + index] ?? ''));

/** Both ends of a line: no message is longer, and patterns on a line of 64 KiB could take seconds. */
const looksAt = (line: string): string =>
  line.length <= 2 * MAX_LOOKED_AT ? line : `${line.slice(0, MAX_LOOKED_AT)} … ${line.slice(-MAX_LOOKED_AT)}`;

/** The program went on for a while, and then failed of something else. */
function wasCaught(lines: readonly string[], place: number): boolean {
  const start = lines.findIndex(
    (line, later) => later > place + WENT_ON_LINES && line.startsWith('Traceback (most recent call last)'),
  );
  if (start === -1) return false;
  const between = lines.slice(place, start);
  if (between.some((line) => CHAINED.test(line))) return false;
  return lines.slice(start).some((line) => OWN_ERROR.test(line));
}

/** The end of a long line is where the message stands, after a path or a progress bar. */
function shortened(line: string): string {
  const clean = line.trim();
  if (clean.length <= MAX_LINE_CHARACTERS) return clean;
  const at = Math.max(
    0,
    clean.search(/out of memory|OutOfMemory|ALLOC_FAILED|MemoryAllocation|exhausted/i) - 100,
  );
  return clean.slice(at, at + MAX_LINE_CHARACTERS);
}
