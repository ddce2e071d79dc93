/** NVML's return codes (nvmlReturn_t of NVIDIA's nvml.h): those that FlowLine tells apart. */

export const SUCCESS = 0;
export const NO_PERMISSION = 4;
export const INSUFFICIENT_SIZE = 7;
export const DRIVER_NOT_LOADED = 9;
export const FUNCTION_NOT_FOUND = 13;
export const GPU_IS_LOST = 15;
export const LIBRARY_MISMATCH = 18;

export const INVALID_ARGUMENT = 2;
export const NOT_SUPPORTED = 3;
export const NOT_FOUND = 6;
export const NO_DATA = 21;
export const ARGUMENT_VERSION_MISMATCH = 25;
export const DEPRECATED = 26;
export const NOT_READY = 27;
export const UNKNOWN = 999;

/** Answers that mean "this card has no such figure": nothing is wrong, and the figure is null. */
const withoutFigure = new Set([
  INVALID_ARGUMENT,
  NOT_SUPPORTED,
  NO_PERMISSION,
  NOT_FOUND,
  FUNCTION_NOT_FOUND,
  NO_DATA,
  ARGUMENT_VERSION_MISMATCH,
  DEPRECATED,
  NOT_READY,
]);

/**
 * False for GPU_IS_LOST, UNKNOWN and every code without a name here: those are troubles, and told. Not asked about
 * SUCCESS.
 */
export function meansNoFigure(result: number): boolean {
  return withoutFigure.has(result);
}
