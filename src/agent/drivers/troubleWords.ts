/** The sentences for a driver that does not answer as it should, said the same way by every implementation. */

/** @param words what the library said, as `Driver/library version mismatch` */
export function mismatchMessage(words: string): string {
  return `the NVIDIA driver and its library differ in version (${words}): it was updated while loaded; reboot this machine`;
}

export function initialisationMessage(words: string): string {
  return `the NVIDIA driver could not be initialised: ${words}`;
}

export function stoppedAnsweringMessage(words: string): string {
  return `the NVIDIA driver stopped answering: ${words}`;
}

/** @param deadlineMs how long it was waited for */
export function unresponsiveMessage(deadlineMs: number): string {
  return `the NVIDIA driver has not answered for ${seconds(deadlineMs)}: it hangs; figures below are the last it gave`;
}

/** @param words what the library said, as `GPU is lost` */
export function lostGpuMessage(words: string): string {
  return `this GPU has fallen off the bus (${words}); look at the kernel log, reset it or reboot`;
}

export function failedGpuMessage(words: string): string {
  return `this GPU could not be read: ${words}`;
}

/** @param field which one, as `processes.0.pid` */
export function oddGpuMessage(index: number, field: string): string {
  return `the reading of GPU ${index} has a value that cannot be (${field}): none of it is shown`;
}

/** @param figure what could not be read, as `power` */
export function unreadFigureMessage(figure: string, words: string): string {
  return `could not read ${figure}: ${words}`;
}

function seconds(milliseconds: number): string {
  return `${milliseconds / 1000} s`;
}
