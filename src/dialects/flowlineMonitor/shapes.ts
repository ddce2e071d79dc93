/**
 * What a slave of the older FlowLine Monitor answers to `GET /api/info`, as far as it is read:
 *
 *   {"timestamp": 1706000000.0,
 *    "system": {"hostname": "gpu-server-1", "cpu_model": "…", "cpu_cores": 28, "cpu_usage": 12.5,
 *      "cpu_temperature": {"package": 51.0}, "memory": {"total": 128.0, "used": 45.2, "available": 82.8},
 *      "swap": {"total": 16.0, "used": 2.1}, "os": "Linux 5.15.0-52-generic"},
 *    "gpus": [{"id": 0, "name": "…", "memory": {"total": 24576.0, "used": 8192.0, "free": 16384.0},
 *      "utilization": 45, "temperature": 65, "power": {"current": 180.5, "max": 350.0},
 *      "processes": [{"pid": 1234, "name": "python", "username": "Host Process",
 *        "start_time": "Mon Jan 22 10:00:00 2024", "elapsed_time": "01:02:03", "memory_mb": 8000.0, "cmdline": "…"}]}]}
 *
 * Memory of the machine is in GiB, of GPUs in MiB, power in W (0 where the card tells none). Older slaves leave out
 * `cpu_usage`, `cpu_temperature`, `os`, `available` and `free`: every field may be missing.
 */
import * as z from 'zod';
import { figure, list, text } from '../reading/lenient.ts';

const amounts = z.object({ total: figure, used: figure, free: figure, available: figure });
const NO_AMOUNTS = { total: null, used: null, free: null, available: null };

export const SlaveInfo = z.object({
  timestamp: figure,
  system: z.object({
    hostname: text,
    cpu_model: text,
    cpu_cores: figure,
    cpu_usage: figure,
    cpu_temperature: z.object({ package: figure }).catch({ package: null }),
    memory: amounts.catch(NO_AMOUNTS),
    swap: amounts.catch(NO_AMOUNTS),
    os: text,
  }),
  gpus: z.array(z.unknown()),
});

export const SlaveGpu = z.object({
  id: figure,
  name: text,
  memory: amounts.catch(NO_AMOUNTS),
  utilization: figure,
  temperature: figure,
  power: z.object({ current: figure, max: figure }).catch({ current: null, max: null }),
  processes: list,
});

export const SlaveProcess = z.object({
  pid: z.number(),
  name: text,
  /** The LXC container's name, or one of two words. */
  username: text,
  start_time: text,
  elapsed_time: text,
  memory_mb: figure,
  cmdline: text,
});
