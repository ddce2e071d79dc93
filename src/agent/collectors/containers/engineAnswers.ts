/**
 * What a container engine answers, as far as it is used: Docker's Engine API (docs.docker.com/reference/api/engine), which podman
 * speaks too. Checked here, once; what is not named here is never kept, environments above all.
 */
import * as z from 'zod';

/** `GET /version`. */
export const VersionAnswer = z.object({
  ApiVersion: z.string().regex(/^\d+\.\d+$/),
  MinAPIVersion: z
    .string()
    .regex(/^\d+\.\d+$/)
    .nullish(),
  Components: z.array(z.object({ Name: z.string() })).nullish(),
});

const containerId = z.string().regex(/^[0-9a-f]{64}$/);

/** One of the list below. */
export const ListedContainer = z.object({
  Id: containerId,
  Names: z.array(z.string()).nullish(),
  Image: z.string().nullish(),
  State: z.string(),
  Status: z.string().nullish(),
  Labels: z.record(z.string(), z.string()).nullish(),
  Mounts: z.array(z.object({ Source: z.string().nullish() })).nullish(),
});
export type ListedContainer = z.infer<typeof ListedContainer>;
/** `GET /containers/json?all=1`: each is checked by itself, so that one that is odd does not hide the others. */
export const ListAnswer = z.array(z.unknown());

const DeviceRequest = z.object({
  Count: z.number().nullish(),
  DeviceIDs: z.array(z.string()).nullish(),
  Capabilities: z.array(z.array(z.string())).nullish(),
});

/** Of the environment only the one variable that names GPUs is looked at; the rest ends here. */
const visibleDevices = z
  .array(z.string())
  .nullish()
  .transform((variables) => {
    const prefix = 'NVIDIA_VISIBLE_DEVICES=';
    return variables?.find((variable) => variable.startsWith(prefix))?.slice(prefix.length) ?? null;
  });

/** `GET /containers/ID/json`. */
export const InspectAnswer = z.object({
  State: z.object({ Pid: z.int().nullish() }),
  HostConfig: z.object({
    Runtime: z.string().nullish(),
    DeviceRequests: z.array(DeviceRequest).nullish(),
    Devices: z.array(z.object({ PathOnHost: z.string().nullish() })).nullish(),
  }),
  Config: z.object({ Env: visibleDevices }),
});
export type InspectAnswer = z.infer<typeof InspectAnswer>;

/** One line of `GET /events`. */
export const EngineEvent = z.object({
  Action: z.string(),
  Actor: z.object({ ID: containerId }),
});
