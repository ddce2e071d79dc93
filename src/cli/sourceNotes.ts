/** What of the machines' containers and sessions could not be asked, and why: a list that lacks them must not look whole. */
import type { NodeSample, NodeStatus, SourceState } from '../model/node.ts';
import type { Terminal } from './text/terminal.ts';

export type SourceName = keyof NodeSample['sources'];

/** A machine with the states of its sources; null where it has not sent a sample since the hub started. */
export type SourcesOfNode = { nodeId: string; nodeName: string } & Partial<
  Record<SourceName, SourceState | null>
>;

/** More names of machines than this are counted. */
const MOST_NAMES = 8;

/** The states of these sources, machine by machine. An older system that knows nothing of them is no news. */
export function sourcesOf(nodes: readonly NodeStatus[], names: readonly SourceName[]): SourcesOfNode[] {
  const told = nodes.filter(
    ({ source, sample }) => source === null || names.some((name) => sample?.sources[name].state === 'ok'),
  );
  return told.map(({ id, name, sample }) => ({
    nodeId: id,
    nodeName: name,
    ...Object.fromEntries(names.map((source) => [source, sample?.sources[source] ?? null])),
  }));
}

/** A line for each thing to say, with the machines of which it is true; none where everything was asked. */
export function describeSources(
  sources: readonly SourcesOfNode[],
  names: readonly SourceName[],
  { words }: Terminal,
): string[] {
  const machinesByNote = new Map<string, string[]>();
  for (const node of sources) {
    for (const name of names) {
      const state = node[name] ?? null;
      if (state?.state === 'ok' && state.message === null) continue;
      const note = words.sources.note(name, state?.state ?? 'unknown', state && words.agentSays(state));
      machinesByNote.set(note, [...(machinesByNote.get(note) ?? []), node.nodeName]);
    }
  }
  return [...machinesByNote].map(([note, machines]) => {
    const left = machines.length - MOST_NAMES;
    return words.sources.of(machines.slice(0, MOST_NAMES), left > 0 ? left : 0, note);
  });
}
