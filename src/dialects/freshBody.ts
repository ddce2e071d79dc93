/**
 * The whole fleet's answer, encoded once for all who ask within a moment: of 200 machines some sample changes every few
 * milliseconds, and the older systems' clients ask every few seconds. Each machine's own text is kept by its sample
 * (`keptBySample`), so that a new body is mostly a matter of joining.
 */
import type { NodeSample, NodeStatus } from '../model/node.ts';

/** As often as pages of ours are told. */
const FRESH_MS = 250;

/** @param encode the answer's bytes; asked again once the last ones are 250 ms old. */
export function freshBody(
  nodes: () => NodeStatus[],
  encode: (nodes: readonly NodeStatus[]) => Buffer,
  nowMs: () => number,
): () => Buffer {
  let kept: { body: Buffer; atMs: number } | null = null;
  return () => {
    const now = nowMs();
    // A clock that jumped back must not keep an old answer.
    if (kept && now >= kept.atMs && now - kept.atMs < FRESH_MS) return kept.body;
    kept = { body: encode(nodes()), atMs: now };
    return kept.body;
  };
}

/** The text of a sample, made once; it goes with the sample. */
export function keptBySample<Text = string>(
  encode: (sample: NodeSample) => Text,
): (sample: NodeSample) => Text {
  const texts = new WeakMap<NodeSample, Text>();
  return (sample) => {
    const known = texts.get(sample);
    if (known !== undefined) return known;
    const text = encode(sample);
    texts.set(sample, text);
    return text;
  };
}
