/*
 * The floor that FlowLine is compared with: a loop in C over the calls that tell the least one would want of each GPU,
 * with the library that FlowLine reads in the same run. Says the calls and the processor time they took, as JSON.
 *
 *   bareLoop LIBRARY SAMPLES PAUSE_MS
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

typedef void *handle;
typedef int (*nvml_call)();

static nvml_call find(void *library, const char *name) {
  nvml_call call = (nvml_call)dlsym(library, name);
  if (call == NULL) fprintf(stderr, "no %s\n", name), exit(1);
  return call;
}

static double processorMs(void) {
  struct timespec time;
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
  return time.tv_sec * 1e3 + time.tv_nsec / 1e6;
}

int main(int count, char **words) {
  if (count != 4) return 2;
  void *library = dlopen(words[1], RTLD_NOW);
  if (library == NULL) return fprintf(stderr, "%s\n", dlerror()), 1;
  long samples = atol(words[2]), pauseMs = atol(words[3]), calls = 0;
  nvml_call deviceCount = find(library, "nvmlDeviceGetCount_v2"), byIndex = find(library, "nvmlDeviceGetHandleByIndex_v2");
  nvml_call figures[] = {
    find(library, "nvmlDeviceGetMemoryInfo"), find(library, "nvmlDeviceGetUtilizationRates"),
    find(library, "nvmlDeviceGetPowerUsage"), find(library, "nvmlDeviceGetFanSpeed"),
    find(library, "nvmlDeviceGetPerformanceState"),
  };
  nvml_call temperature = find(library, "nvmlDeviceGetTemperature"), clock = find(library, "nvmlDeviceGetClockInfo");
  nvml_call processes = find(library, "nvmlDeviceGetComputeRunningProcesses_v3");
  find(library, "nvmlInit_v2")();
  handle devices[64];
  unsigned gpus = 0;
  deviceCount(&gpus);
  for (unsigned i = 0; i < gpus; i++) byIndex(i, &devices[i]);
  static char room[64 * 1024];
  double before = processorMs();
  for (long sample = 0; sample < samples; sample++) {
    deviceCount(&gpus), calls++;
    for (unsigned i = 0; i < gpus; i++) {
      for (unsigned j = 0; j < sizeof figures / sizeof *figures; j++) figures[j](devices[i], room), calls++;
      unsigned entries = 1024;
      temperature(devices[i], 0, room), clock(devices[i], 0, room), processes(devices[i], &entries, room), calls += 3;
    }
    nanosleep(&(struct timespec){ pauseMs / 1000, pauseMs % 1000 * 1000000L }, NULL);
  }
  double took = processorMs() - before;
  printf("{\"callsPerSample\": %g, \"cpuMsPerSample\": %g}\n", (double)calls / samples, took / samples);
  return 0;
}
