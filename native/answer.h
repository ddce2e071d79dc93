/*
 * What every call of the stand-in library shares: the layouts of NVIDIA's public nvml.h, its return codes, and answering
 * a figure from the state. GENERATION says how old a library is played: 3 has everything, 2 lacks the newest calls, 1 has
 * only the first ones. PROCESSES_V3 says in which layout the third process calls write: 2, as nvml.h has it, or as some
 * drivers do, 3 (535.43 to 535.86) or 1 (550.127). CLEARS: all the room that a list is given is cleared before it is written.
 */
#ifndef ANSWER_H
#define ANSWER_H

#include "state.h"

#ifndef GENERATION
#define GENERATION 3
#endif
#ifndef PROCESSES_V3
#define PROCESSES_V3 2
#endif
#ifndef CLEARS
#define CLEARS 0
#endif

typedef unsigned int u32;
typedef unsigned long long u64;
typedef struct gpu *handle;

typedef struct { u64 total, free, used; } memory_v1;
typedef struct { u32 version; u64 total, reserved, free, used; } memory_v2;
typedef struct { u32 gpu, memory; } utilization;
typedef struct { u32 version, sensor; int temperature; } temperature_v1;
typedef struct { char legacyBusId[16]; u32 domain, bus, device, deviceId, subsystemId; char busId[32]; } pci_info;
typedef struct { u32 pid; u64 memory; } process_v1;
typedef struct { u32 pid; u64 memory; u32 gpuInstance, computeInstance; } process_v2;
typedef struct { u32 pid; u64 memory; u32 gpuInstance, computeInstance; u64 protectedMemory; } process_v3;
typedef struct { u32 pid; u64 timestamp; u32 sm, memory, encoder, decoder; } process_sample;
typedef struct { u64 l1Cache, l2Cache, deviceMemory, registerFile; } ecc_counts;
typedef struct { u32 field, scope; long long timestamp, latency; u32 type; int result; union { u32 u; u64 l; } value; } field_value;
typedef struct { handle device; u64 type, data; u32 gpuInstance, computeInstance; } event_data;

/* NVIDIA's numbers: return codes, sensors, clocks, counters, fields. test/support/nvmlHeader.ts holds them to nvml.h where it is. */
enum {
  SUCCESS = 0, INVALID_ARGUMENT = 2, NOT_SUPPORTED = 3, NOT_FOUND = 6, INSUFFICIENT_SIZE = 7, TIMEOUT = 10, GPU_IS_LOST = 15,
  ARGUMENT_VERSION_MISMATCH = 25
};
enum { GPU_SENSOR = 0 };
enum { SHUTDOWN_THRESHOLD = 0, SLOWDOWN_THRESHOLD = 1 };
enum { GRAPHICS_CLOCK = 0, SM_CLOCK = 1, MEMORY_CLOCK = 2, VIDEO_CLOCK = 3 };
enum { TRANSMITTED = 0, RECEIVED = 1 };
enum { CORRECTED = 0, UNCORRECTED = 1 };
enum { VOLATILE = 0, AGGREGATE = 1 };
enum { MANY_SINGLE_BIT_ERRORS = 0, DOUBLE_BIT_ERROR = 1 };
enum { MEMORY_TEMPERATURE_FIELD = 82, PCIE_REPLAYS_FIELD = 94, RECOVERY_ACTION_FIELD = 230 };
enum { UNSIGNED_INT_VALUE = 1, UNSIGNED_LONG_LONG_VALUE = 3 };
enum { XID_EVENT = 8 };
enum { MEMORY_V2 = sizeof(memory_v2) | 2u << 24, TEMPERATURE_V1 = sizeof(temperature_v1) | 1u << 24 };

/* What a figure of a GPU answers: its fault, the error asked for, its value, or that the card does not support it. */
int answer(handle device, enum figure figure, u64 *value);
int answer32(handle device, enum figure figure, u32 *out);
int answerText(handle device, enum text text, char *out, u32 length);

#endif
