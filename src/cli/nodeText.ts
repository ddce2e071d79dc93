/** One machine in lines of text, as `flowline status` prints it: itself, its GPUs, who holds them. */
import { fullestDisk } from '../fleet/concerns.ts';
import { sourceWords } from '../fleet/words.ts';
import { visible } from '../lib/displayText.ts';
import type { Host } from '../model/host.ts';
import type { NodeSample, NodeStatus } from '../model/node.ts';
import { gpuProcessTable } from './gpuProcessTable.ts';
import { gpuTable } from './gpuTable.ts';
import { maintenanceText } from './maintenance.ts';
import { amount, percent, size, span } from './text/figures.ts';
import type { Style } from './text/paint.ts';
import type { Terminal } from './text/terminal.ts';
import { cutTo, widthOf } from './text/width.ts';
import { wrapWords } from './text/wrap.ts';
import type { Words } from './words/words.ts';

interface Part {
  text: string;
  style?: Style;
}

const SEPARATOR = ' · ';
/** For so long it is news that a machine booted again without having said that it would. */
const REBOOT_NEWS_MS = 86_400_000;

/** Several lines, without a line end at the end. */
export function describeNode(node: NodeStatus, nowMs: number, terminal: Terminal): string {
  const { sample } = node;
  const title = [line(titleParts(node, nowMs, terminal.words), terminal)];
  const maintenance = maintenanceText(node, nowMs, terminal.words);
  if (maintenance !== null) title.push(line([{ text: maintenance, style: 'warn' }], terminal, '  '));
  const problem = node.source?.problem;
  if (problem)
    title.push(
      ...wrapWords(problem.message, (terminal.columns ?? 100) - 4).map((text) =>
        line([{ text, style: 'warn' }], terminal, '  '),
      ),
    );
  if (!sample) return title.join('\n');
  const gpus = gpuTable(node, terminal);
  const head = [
    ...title,
    ...hostLines(sample.host, terminal.words).map((parts) => line(parts, terminal, '  ')),
  ];
  const blocks = [head.join('\n')];
  if (gpus === null || sample.driver.state !== 'ok') blocks.push(driverLines(sample, terminal));
  if (gpus !== null) blocks.push(gpus);
  const processes = gpuProcessTable(sample.gpus, nowMs, terminal);
  if (processes !== null) blocks.push(processes);
  else if (sample.gpus.length > 0)
    blocks.push(line([{ text: terminal.words.status.noProcesses, style: 'faint' }], terminal, '  '));
  return blocks.join('\n\n');
}

/** Parts beside each other; one that does not fit any more is left out, the first is cut. */
function line(parts: readonly Part[], { columns, paint }: Terminal, indent = ''): string {
  const limit = columns ?? Number.POSITIVE_INFINITY;
  let text = indent;
  let width = indent.length;
  for (const [place, part] of parts.entries()) {
    const separator = place === 0 ? '' : SEPARATOR;
    const harmless = visible(part.text);
    if (place > 0 && width + separator.length + widthOf(harmless) > limit) continue;
    const shown = cutTo(harmless, limit - width - separator.length);
    text += separator + paint(shown, part.style ?? 'plain');
    width += separator.length + widthOf(shown);
  }
  return text;
}

function titleParts(node: NodeStatus, nowMs: number, words: Words): Part[] {
  const { sample } = node;
  const parts: Part[] = [
    { text: node.name, style: 'strong' },
    { text: stateText(node, words), style: node.state === 'online' ? 'good' : 'warn' },
  ];
  if (node.alias !== null) parts.splice(1, 0, { text: node.alias });
  if (node.state !== 'online' && node.lastSeenAtMs !== null)
    parts.push({ text: words.status.seen(span(words, nowMs - node.lastSeenAtMs)) });
  if (node.address !== null) parts.push({ text: node.address });
  const source = sourceWords(words.state, node.source);
  if (source !== null) parts.push({ text: source, style: 'faint' });
  if (sample?.driver.version) parts.push({ text: `${words.status.driver} ${sample.driver.version}` });
  if (sample?.driver.cudaVersion) parts.push({ text: `CUDA ${sample.driver.cudaVersion}` });
  if (sample && sample.host.uptimeSeconds !== null)
    parts.push({ text: words.status.up(span(words, sample.host.uptimeSeconds * 1000)) });
  if (node.rebooted && !node.rebooted.announced && nowMs - node.rebooted.bootedAtMs < REBOOT_NEWS_MS)
    parts.push({ text: words.status.fellSilent, style: 'warn' });
  if (sample?.host.os) parts.push({ text: sample.host.os, style: 'faint' });
  return parts;
}

/** `offline: silent`, `stale: wrong password`, `online`. */
export function stateText(
  { state, absence, source }: Pick<NodeStatus, 'state' | 'absence' | 'source'>,
  words: Words,
): string {
  const problem =
    source?.problem && state !== 'online' ? words.state.reading.problem[source.problem.kind] : null;
  const why = absence === null || absence === 'silent' ? problem : null;
  const reason = why ?? (absence === null ? null : words.state.absence[absence]);
  return reason === null ? words.state.node[state] : `${words.state.node[state]}${words.colon}${reason}`;
}

/** None of a machine whose older system tells nothing of it. */
function hostLines(host: Host, words: Words): Part[][] {
  const { status } = words;
  if (host.cpuPercent === null && host.memoryTotalBytes === null && host.disks.length === 0) return [];
  const figures: Part[] = [
    {
      text: `CPU ${percent(host.cpuPercent)}${host.cpuCores === null ? '' : ` ${status.of} ${status.cores(host.cpuCores)}`}`,
    },
    {
      text: `${status.hostMemory} ${size(host.memoryUsedBytes)} ${status.of} ${size(host.memoryTotalBytes)}`,
    },
  ];
  if (host.loadAverage)
    figures.push({ text: `${status.load} ${host.loadAverage.map((load) => load.toFixed(1)).join(' ')}` });
  if (host.swapTotalBytes !== null && host.swapTotalBytes > 0)
    figures.push({
      text: `${status.swap} ${size(host.swapUsedBytes)} ${status.of} ${size(host.swapTotalBytes)}`,
    });
  if (host.cpuTemperatureCelsius !== null) figures.push({ text: amount(host.cpuTemperatureCelsius, '°C') });
  const fullest = fullestDisk(host.disks);
  if (fullest)
    figures.push({
      text: status.disk(fullest.disk.mount, Math.floor(fullest.percent), size(fullest.disk.totalBytes)),
      style: fullest.percent >= 90 ? 'warn' : 'plain',
    });
  const silent = host.disks.filter((disk) => disk.state === 'unresponsive');
  return silent.length === 0
    ? [figures]
    : [figures, silent.map((disk) => ({ text: status.mountSilent(disk.mount), style: 'bad' }))];
}

function driverLines({ driver, agentVersion }: NodeSample, terminal: Terminal): string {
  const { state, status } = terminal.words;
  if (driver.state === 'ok') return line([{ text: status.noGpus, style: 'warn' }], terminal, '  ');
  return [
    line([{ text: state.driver[driver.state], style: 'warn' }], terminal, '  '),
    ...wrapWords(driverSays(driver, terminal), (terminal.columns ?? 100) - 4).map((text) =>
      line([{ text, style: 'faint' }], terminal, '    '),
    ),
    ...(agentVersion === null ? [] : [line([{ text: status.askDoctor }], terminal, '  ')]),
  ].join('\n');
}

/** What the driver's reader says; of where no library was found only how many places, which doctor lists. */
function driverSays(driver: NodeSample['driver'], { words }: Terminal): string {
  const [remark, ...more] = driver.remarks ?? [];
  if (remark?.kind === 'no-library' && more.length === 0) return words.status.noLibrary(remark.tried.length);
  return words.agentSays(driver) ?? '';
}
