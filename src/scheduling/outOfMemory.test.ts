/** Messages as programs print them, gathered from public bug reports of many versions, and texts that merely speak of memory. */
import { describe, expect, test } from 'vitest';
import { bareOutOfMemory } from '../model/task.ts';
import { findOutOfMemory, LOOKED_AT_CHARACTERS } from './outOfMemory.ts';

const KIB = 2 ** 10;
const MIB = 2 ** 20;
const GIB = 2 ** 30;

/** What it is, the text, and what it tried to allocate. */
const MESSAGES: [string, string, number | null][] = [
  [
    'PyTorch 1.0',
    'RuntimeError: CUDA out of memory. Tried to allocate 1024.00 KiB (GPU 0; 11.17 GiB total capacity; 10.90 GiB already allocated; 576.00 KiB free; 30.96 MiB cached)',
    1024 * KIB,
  ],
  [
    'PyTorch 1.8',
    'RuntimeError: CUDA out of memory. Tried to allocate 2.87 GiB (GPU 0; 14.76 GiB total capacity; 8.77 GiB already allocated; 19.75 MiB free; 13.71 GiB reserved in total by PyTorch)',
    2.87 * GIB,
  ],
  [
    'PyTorch 1.13',
    'torch.cuda.OutOfMemoryError: CUDA out of memory. Tried to allocate 1.71 GiB (GPU 0; 6.00 GiB total capacity; 3.49 GiB already allocated; 1.04 GiB free; 3.50 GiB reserved in total by PyTorch) If reserved memory is >> allocated memory try setting max_split_size_mb to avoid fragmentation.  See documentation for Memory Management and PYTORCH_CUDA_ALLOC_CONF',
    1.71 * GIB,
  ],
  [
    'PyTorch 2.1',
    'torch.cuda.OutOfMemoryError: CUDA out of memory. Tried to allocate 55.57 GiB. GPU 0 has a total capacty of 12.00 GiB of which 9.02 GiB is free. Of the allocated memory 984.52 MiB is allocated by PyTorch, and 463.48 MiB is reserved by PyTorch but unallocated. If reserved but unallocated memory is large try setting max_split_size_mb to avoid fragmentation.',
    55.57 * GIB,
  ],
  [
    'PyTorch 2.5',
    'torch.OutOfMemoryError: CUDA out of memory. Tried to allocate 22.00 MiB. GPU 0 has a total capacity of 23.65 GiB of which 11.06 MiB is free. Including non-PyTorch memory, this process has 23.60 GiB memory in use. Of the allocated memory 22.90 GiB is allocated by PyTorch, and 194.87 MiB is reserved by PyTorch but unallocated.',
    22 * MIB,
  ],
  [
    'PyTorch under torchrun',
    '[rank0]: torch.OutOfMemoryError: CUDA out of memory. Tried to allocate 2.50 GiB. GPU 0 has a total capacity of 79.25 GiB of which 1.18 GiB is free.',
    2.5 * GIB,
  ],
  [
    'PyTorch, figure gone wrong',
    'torch.cuda.OutOfMemoryError: CUDA out of memory. Tried to allocate more than 1EB memory.',
    null,
  ],
  [
    'PyTorch 0.1',
    'THCudaCheck FAIL file=/data/users/soumith/miniconda2/conda-bld/pytorch-0.1.9_1487346124464/work/torch/lib/THC/generic/THCStorage.cu line=66 error=2 : out of memory',
    null,
  ],
  [
    'PyTorch 0.2',
    'RuntimeError: cuda runtime error (2) : out of memory at /pytorch/torch/lib/THC/generic/THCStorage.cu:65',
    null,
  ],
  ['PyTorch, by the runtime', 'RuntimeError: CUDA error: out of memory', null],
  ['PyTorch 2.8, by the runtime', 'torch.AcceleratorError: CUDA error: out of memory', null],
  ['PyTorch, through a logger', 'SUBPROCESS: RuntimeError: CUDA error: out of memory', null],
  [
    'PyTorch on AMD',
    'torch.OutOfMemoryError: HIP out of memory. Tried to allocate 256.00 MiB. GPU 0 has a total capacity of 15.98 GiB of which 0 bytes is free.',
    256 * MIB,
  ],
  [
    'PyTorch with the asynchronous allocator',
    'torch.cuda.OutOfMemoryError: Allocation on device 0 would exceed allowed memory. (out of memory)\nCurrently allocated     : 11.51 GiB\nRequested               : 72.00 MiB\nDevice limit            : 12.00 GiB',
    72 * MIB,
  ],
  [
    'JAX 0.6',
    'jax.errors.JaxRuntimeError: RESOURCE_EXHAUSTED: Out of memory while trying to allocate 24.00GiB.',
    24 * GIB,
  ],
  ['AMBER', 'cudaMalloc GpuBuffer::Allocate failed out of memory', null],
  ['hashcat', 'cuMemAlloc(): out of memory', null],
  ['Blender', 'Error: System is out of GPU and shared host memory', null],
  [
    'NAMD',
    'FATAL ERROR: CUDA error cudaMalloc(&b, n) in file src/CudaUtils.C, function allocate, line 100: out of memory',
    null,
  ],
  [
    'fairseq',
    '2020-11-06 22:55:35 | WARNING | fairseq.trainer | OOM: Ran out of memory with exception: CUDA out of memory. Tried to allocate 28.00 MiB (GPU 1; 10.92 GiB total capacity; 10.13 GiB already allocated; 13.38 MiB free; 10.33 GiB reserved in total by PyTorch)',
    28 * MIB,
  ],
  [
    'cuBLAS',
    'RuntimeError: CUDA error: CUBLAS_STATUS_ALLOC_FAILED when calling `cublasCreate(handle)`',
    null,
  ],
  ['cuDNN in PyTorch', 'RuntimeError: cuDNN error: CUDNN_STATUS_ALLOC_FAILED', null],
  [
    'cuDNN in Torch 7',
    '/home/usrname/torch/install/share/lua/5.1/cudnn/init.lua:118: Error in CuDNN: CUDNN_STATUS_ALLOC_FAILED (cudnnFindConvolutionForwardAlgorithm)',
    null,
  ],
  [
    'cuDNN in CNTK',
    "About to throw exception 'cuDNN failure 2: CUDNN_STATUS_ALLOC_FAILED ; GPU=0 ; hostname=PTNUWCL5099642 ; expr=finder(calgo, algoPerf)'",
    null,
  ],
  ['cuBLAS in TensorFlow', 'failed to create cublas handle: CUBLAS_STATUS_ALLOC_FAILED', null],
  [
    'JAX 0.3',
    'jaxlib.xla_extension.XlaRuntimeError: RESOURCE_EXHAUSTED: Out of memory while trying to allocate 7406166528 bytes.',
    7406166528,
  ],
  [
    'JAX 0.4',
    'jaxlib.xla_extension.XlaRuntimeError: RESOURCE_EXHAUSTED: Out of memory allocating 20029400304 bytes.',
    20029400304,
  ],
  [
    'JAX in 2019',
    '2019-06-13 01:17:08.886805: E external/org_tensorflow/tensorflow/compiler/xla/python/local_client.cc:672] Execution of replica 0 failed: Resource exhausted: Out of memory while trying to allocate 5520758552 bytes.',
    5520758552,
  ],
  [
    'JAX, a request',
    'RuntimeError: Resource exhausted: Failed to allocate request for 32.00MiB (33554432B) on device ordinal 0',
    32 * MIB,
  ],
  [
    'JAX, the asynchronous allocator',
    'E1103 18:23:55.103160 3413767 gpu_cudamallocasync_allocator.cc:361] gpu_async_1 cuMemAllocAsync failed to allocate 122519544646 bytes: RESOURCE_EXHAUSTED: : CUDA_ERROR_OUT_OF_MEMORY: out of memory',
    122519544646,
  ],
  [
    'JAX, a context',
    'INTERNAL: failed call to cuDevicePrimaryCtxRetain: CUDA_ERROR_OUT_OF_MEMORY: out of memory; total memory reported: 34089730048',
    null,
  ],
  [
    'TensorFlow 1',
    'ResourceExhaustedError (see above for traceback): OOM when allocating tensor with shape[128,3,8,128,8,128] and type float on /job:localhost/replica:0/task:0/device:GPU:0 by allocator GPU_0_bfc',
    null,
  ],
  ['TensorFlow 0.12', 'ResourceExhaustedError: OOM when allocating tensor with shape[256,112,112,64]', null],
  [
    'TensorFlow 2',
    '  (0) Resource exhausted: OOM when allocating tensor with shape[16,112,112,147] and type float on /job:localhost/replica:0/task:0/device:GPU:0 by allocator GPU_0_bfc',
    null,
  ],
  [
    'TensorFlow, the driver',
    'E tensorflow/stream_executor/cuda/cuda_driver.cc:936] failed to allocate 17.79G (19104890880 bytes) from device: CUDA_ERROR_OUT_OF_MEMORY: out of memory',
    17.79 * GIB,
  ],
  [
    'TensorFlow, the allocator',
    '2021-09-24 16:23:01.1: W tensorflow/core/common_runtime/bfc_allocator.cc:439] Allocator (GPU_0_bfc) ran out of memory trying to allocate 2.20GiB (rounded to 2362232064)requested by op Conv2D',
    2.2 * GIB,
  ],
  [
    'CuPy 5',
    'cupy.cuda.memory.OutOfMemoryError: out of memory to allocate 1073741824 bytes (total 12373894656 bytes)',
    1073741824,
  ],
  [
    'CuPy 7',
    'cupy.cuda.memory.OutOfMemoryError: Out of memory allocating 25,600,000 bytes (allocated so far: 3,635,267,072 bytes).',
    25600000,
  ],
  [
    'Chainer',
    'Exception in main training loop: Out of memory allocating 25,600,000 bytes (allocated so far: 3,635,267,072 bytes).',
    25600000,
  ],
  [
    'CuPy, the runtime',
    'cupy_backends.cuda.api.runtime.CUDARuntimeError: cudaErrorMemoryAllocation: out of memory',
    null,
  ],
  [
    'numba',
    'numba.cuda.cudadrv.driver.CudaAPIError: [2] Call to cuMemAlloc results in CUDA_ERROR_OUT_OF_MEMORY',
    null,
  ],
  [
    'RAPIDS',
    'MemoryError: std::bad_alloc: out_of_memory: CUDA error at: /usr/include/rmm/mr/device/cuda_memory_resource.hpp:70: cudaErrorMemoryAllocation out of memory',
    null,
  ],
  [
    'Paddle',
    'Out of memory error on GPU 0. Cannot allocate 98.000244MB memory on GPU 0, 6.000000GB memory has been allocated and available memory is only 0.000000B.',
    Math.round(98.000244 * MIB),
  ],
  [
    'MXNet',
    'mxnet.base.MXNetError: [11:18:15] src/storage/./pooled_storage_manager.h:157: cudaMalloc failed: out of memory',
    null,
  ],
  [
    'llama.cpp',
    'ggml_backend_cuda_buffer_type_alloc_buffer: allocating 9866.00 MiB on device 1: cudaMalloc failed: out of memory',
    9866 * MIB,
  ],
  ['llama.cpp, later', 'CUDA error: out of memory', null],
  [
    'Caffe',
    'F0325 12:00:00.0 1 syncedmem.cpp:56] Check failed: error == cudaSuccess (2 vs. 0)  out of memory',
    null,
  ],
  [
    'ONNX Runtime',
    "[ONNXRuntimeError] : 6 : RUNTIME_EXCEPTION : Non-zero status code returned while running FusedMatMul node. Name:'MatMul_92' Status Message: /onnxruntime_src/onnxruntime/core/framework/bfc_arena.cc:331 void* onnxruntime::BFCArena::AllocateRawInternal(size_t, bool) Failed to allocate memory for requested buffer of size 8388608000",
    8388608000,
  ],
  [
    'ONNX Runtime, a stream',
    'onnxruntime::CudaCall CUDA failure 2: out of memory ; GPU=0 ; hostname=box ; expr=cudaStreamCreateWithFlags(&stream, cudaStreamNonBlocking);',
    null,
  ],
  [
    'TensorRT 8',
    '[E] Error[1]: [defaultAllocator.cpp::allocate::31] Error Code 1: Cuda Runtime (out of memory)\n[W] [TRT] Requested amount of GPU memory (15485030400 bytes) could not be allocated. There may not be enough free memory for allocation to succeed.',
    15485030400,
  ],
  ['TensorRT 7', '../rtSafe/safeRuntime.cpp (25) - Cuda Error in allocate: 2 (out of memory)', null],
  [
    'vLLM at its start',
    'ValueError: Free memory on device cuda:0 (19.77/22.05 GiB) on startup is less than desired GPU memory utilization (0.9, 19.84 GiB). Decrease GPU memory utilization or reduce GPU memory used by other processes.',
    19.84 * GIB,
  ],
  [
    'vLLM',
    'ERROR 11-18 18:07:28 engine.py:366] ValueError: No available memory for the cache blocks. Try increasing `gpu_memory_utilization` when initializing the engine.',
    null,
  ],
  ['Julia in 2019', 'ERROR: LoadError: CUDA error: out of memory (code #2, ERROR_OUT_OF_MEMORY)', null],
  ['Julia', 'ERROR: Out of GPU memory trying to allocate 1.000 GiB', GIB],
  ['a check in C', 'GPUassert: out of memory kernel.cu 42', null],
  ['a check in C++', 'CUDA error at main.cu:118: out of memory', null],
  [
    'a sample of NVIDIA',
    'CUDA error at vec.cu:60 code=2(cudaErrorMemoryAllocation) "cudaMalloc(&d, n)"',
    null,
  ],
  ['a number alone', 'cudaMalloc returned: out of memory (2)', null],
];

/** Texts that speak of memory and are no sign of it. */
const OTHER_TEXTS: [string, string][] = [
  ['advice', 'If you get CUDA out of memory errors, reduce the batch size.'],
  ['advice of another kind', 'Hint: lower --batch to avoid CUDA out of memory. See README.'],
  [
    'advice with the figure',
    'To prevent "CUDA out of memory. Tried to allocate 2.00 GiB" set expandable_segments.',
  ],
  ['a line of source', '    except torch.cuda.OutOfMemoryError:'],
  ['another line of source', "    if 'CUDA out of memory' in str(error):"],
  ['a setting', 'PYTORCH_CUDA_ALLOC_CONF=expandable_segments:True helps with fragmentation'],
  [
    'TensorFlow, no failure',
    '2020-09-24 21:35:23.363348: W tensorflow/core/common_runtime/bfc_allocator.cc:246] Allocator (GPU_0_bfc) ran out of memory trying to allocate 1.02GiB with freed_by_count=0. The caller indicates that this is not a failure, but may mean that there could be performance gains if more memory were available.',
  ],
  [
    'TensorFlow on the host',
    'ResourceExhaustedError: OOM when allocating tensor with shape[800000,4096] and type float on /job:localhost/replica:0/task:0/device:CPU:0 by allocator cpu',
  ],
  [
    'gRPC',
    'grpc._channel._InactiveRpcError: <_InactiveRpcError of RPC that terminated with: status = StatusCode.RESOURCE_EXHAUSTED details = "Received message larger than max (5242880 vs. 4194304)">',
  ],
  ['a quota', 'google.api_core.exceptions.ResourceExhausted: 429 RESOURCE_EXHAUSTED: Quota exceeded'],
  ['the host, by the kernel', 'Killed'],
  ['the host, by Python', 'MemoryError'],
  [
    'the host, by numpy',
    'numpy.core._exceptions.MemoryError: Unable to allocate 29.8 GiB for an array with shape (4000000000,) and data type float64',
  ],
  [
    'the host, by PyTorch',
    "RuntimeError: [enforce fail at alloc_cpu.cpp:75] err == 0. DefaultCPUAllocator: can't allocate memory: you tried to allocate 4294967296 bytes. Error code 12 (Cannot allocate memory)",
  ],
  ['the host, by C++', "terminate called after throwing an instance of 'std::bad_alloc'"],
  ['the host, a worker', 'RuntimeError: DataLoader worker (pid 4711) is killed by signal: Killed.'],
  [
    'shared memory of a kernel',
    'triton.runtime.errors.OutOfResources: out of resource: shared memory, Required: 147456, Hardware limit: 101376.',
  ],
  ['another error of CUDA', 'RuntimeError: CUDA error: device-side assert triggered'],
  [
    'no library',
    'RuntimeError: CUDA error: CUBLAS_STATUS_NOT_INITIALIZED when calling `cublasCreate(handle)`',
  ],
  [
    'memory that is pinned',
    'ggml_cuda_host_malloc: failed to allocate 1900,00 MiB of pinned memory: invalid argument',
  ],
  ['a figure', 'epoch 3: GPU memory allocated 21.4 GiB, out of 80 GiB'],
  ['Julia, freeing', 'WARNING: CUDA memory allocation failed; attempting to free up memory...'],
];

describe('out of GPU memory', () => {
  test.each(MESSAGES)('%s is recognised, with what it tried', (_, text, tried) => {
    const found = findOutOfMemory(['', `epoch 1\nTraceback (most recent call last):\n${text}\n`]);
    expect(found).not.toBeNull();
    expect(found?.triedBytes).toBe(tried === null ? null : Math.round(tried));
    expect(text).toContain(found?.line ?? '?');
  });

  test.each(OTHER_TEXTS)('%s is not', (_, text) => {
    expect(findOutOfMemory([text, `a\n${text}\nb`])).toBeNull();
  });

  test('it is found in either stream, and told by the last one', () => {
    const first = 'CUDA out of memory. Tried to allocate 1.00 GiB (GPU 0; 2.00 GiB total)';
    const last = 'CUDA out of memory. Tried to allocate 2.00 GiB (GPU 0; 2.00 GiB total)';
    expect(findOutOfMemory([`${first}\n${last}\n`, ''])?.triedBytes).toBe(2 * GIB);
    expect(findOutOfMemory(['', last])?.triedBytes).toBe(2 * GIB);
  });

  test("the launcher's own traceback after it does not hide it", () => {
    const text = [
      '[rank0]: torch.OutOfMemoryError: CUDA out of memory. Tried to allocate 2.00 GiB. GPU 0 has',
      ...Array.from({ length: 30 }, (_, line) => `[rank1]:W0124 line ${line}`),
      'Traceback (most recent call last):',
      '  File "/opt/conda/bin/torchrun", line 8, in <module>',
      'torch.distributed.elastic.multiprocessing.errors.ChildFailedError: ',
    ].join('\n');
    expect(findOutOfMemory([text])).not.toBeNull();
  });

  test('one that was caught, after which the program went on and failed of something else, is not', () => {
    const text = [
      'WARNING: CUDA out of memory. Tried to allocate 2.00 GiB (GPU 0; 8.00 GiB total capacity), batch halved',
      ...Array.from({ length: 30 }, (_, step) => `step ${step}: loss 0.1`),
      'Traceback (most recent call last):',
      '  File "train.py", line 8, in <module>',
      "KeyError: 'validation'",
    ].join('\n');
    expect(findOutOfMemory([text])).toBeNull();
  });

  test('one whose handling failed at once still is', () => {
    const text = [
      'RuntimeError: CUDA out of memory. Tried to allocate 2.00 GiB (GPU 0; 8.00 GiB total capacity)',
      ...Array.from({ length: 30 }, () => ''),
      'During handling of the above exception, another exception occurred:',
      '',
      'Traceback (most recent call last):',
      "AttributeError: 'NoneType' object has no attribute 'data'",
    ].join('\n');
    expect(findOutOfMemory([text])).not.toBeNull();
  });

  test('only the end of a stream is looked at', () => {
    const text = `CUDA error: out of memory\n${'x'.repeat(LOOKED_AT_CHARACTERS)}`;
    expect(findOutOfMemory([text])).toBeNull();
  });

  test("the user's own texts count as they stand", () => {
    expect(findOutOfMemory(['no room for the (big) table'], ['(big) table'])).toEqual(
      bareOutOfMemory('no room for the (big) table', null),
    );
  });

  test('a line is told in at most 500 characters, the message in it', () => {
    const found = findOutOfMemory([`${'='.repeat(9000)} CUDA error: out of memory ${'='.repeat(1500)}`]);
    expect(found?.line?.length).toBeLessThanOrEqual(500);
    expect(found?.line).toContain('out of memory');
  });

  test('hostile text costs little time', () => {
    const texts = [
      'CUDA error '.repeat(6000),
      'a'.repeat(65_000),
      'resource exhausted: '.repeat(3000),
      'if the '.repeat(9000),
    ];
    const began = performance.now();
    for (const text of texts) findOutOfMemory([text]);
    expect(performance.now() - began).toBeLessThan(2000);
  });
});
