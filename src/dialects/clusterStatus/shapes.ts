/**
 * What a node of GPU Cluster Status Monitor answers to `POST /get-status` with `{"passwd": "…"}`:
 *
 *   {"hostname": "gpu1", "last_update": "2023-04-29T21:17:41.419592", "ips": [["eno1", "192.168.0.3"]],
 *    "gpus": [{"index": 0, "name": "…", "use_mem": 1024, "tot_mem": 24576, "utilize": 35, "temp": 42,
 *      "users": [{"pid": 123, "mem(MiB)": 1024, "username": "alice", "command": "python train.py"}]}]}
 *
 * Memory is in MiB, and what the driver reserves counts as used. `last_update` is local time without a zone.
 */
import * as z from 'zod';
import { figure, list, text } from '../reading/lenient.ts';

export const StatusAnswer = z.object({
  hostname: z.string(),
  last_update: text,
  ips: list,
  gpus: z.array(z.unknown()),
});

/** `["eno1", "192.168.0.3"]`. */
export const InterfaceAddress = z.tuple([z.string(), z.string()]);

export const StatusGpu = z.object({
  index: figure,
  name: text,
  use_mem: figure,
  tot_mem: figure,
  utilize: figure,
  temp: figure,
  users: list,
});

export const StatusProcess = z.object({
  pid: z.number(),
  'mem(MiB)': figure,
  /** The uid as text where it has no name. */
  username: text,
  command: text,
});
