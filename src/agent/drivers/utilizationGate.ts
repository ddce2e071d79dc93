/**
 * Which of the driver's utilisation samples per process are believed: those that are no older than the newest seen
 * before on that GPU, with percentages up to 100. Drivers are known to bring up old samples again and to answer numbers in
 * the thousands. One as old as the newest is that one again, and still the latest there is.
 */

/** One process's share over the driver's last sampling period (NVML: nvmlProcessUtilizationSample_t). */
export interface UtilizationSample {
  pid: number;
  timestampUs: number;
  smPercent: number | null;
  memoryPercent: number | null;
  encoderPercent: number | null;
  decoderPercent: number | null;
}

export interface AdmittedSamples {
  byPid: Map<number, UtilizationSample>;
  /** Newest time believed so far: the next samples must not be older. */
  lastSeenUs: number;
  /** How many samples were refused. */
  refused: number;
}

/**
 * Pure; of several samples of a process the newest counts, and one impossible percentage refuses all of its sample.
 * @param lastSeenUs as the call before answered, for the same GPU, in the driver’s time; 0 before the first
 */
export function admitSamples(lastSeenUs: number, samples: readonly UtilizationSample[]): AdmittedSamples {
  const byPid = new Map<number, UtilizationSample>();
  let newest = lastSeenUs;
  let refused = 0;
  for (const sample of samples) {
    if (
      sample.timestampUs < lastSeenUs ||
      figuresOf(sample).some((percent) => percent !== null && percent > 100)
    ) {
      refused += 1;
      continue;
    }
    newest = Math.max(newest, sample.timestampUs);
    const other = byPid.get(sample.pid);
    if (other === undefined || other.timestampUs < sample.timestampUs) byPid.set(sample.pid, sample);
  }
  return { byPid, lastSeenUs: newest, refused };
}

function figuresOf(sample: UtilizationSample): (number | null)[] {
  return [sample.smPercent, sample.memoryPercent, sample.encoderPercent, sample.decoderPercent];
}
