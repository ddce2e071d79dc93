/** The driver's process as tests start it: the hidden role alone, without the program around it. */
import { runDriverChild } from '../../src/agent/drivers/nvml/child.ts';

runDriverChild({ nvmlLibrary: process.env.FLOWLINE_NVML || null });
