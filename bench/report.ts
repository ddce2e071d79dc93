/** What was measured, in words: a table against the aims, and the same as a section of bench/README.md. */
import type { DecisionCost } from './decide.ts';
import type { HubCost } from './hub.ts';
import { type LogCost, logRatio } from './logs.ts';
import type { QueueCost } from './queue.ts';
import type { RoleCost } from './roles.ts';
import type { StoreCost } from './storeLoad.ts';
import type { BenchMachine } from './support/machine.ts';
import type { TableCost } from './tables.ts';

export interface Measured {
  at: string;
  machine: BenchMachine;
  /** Load of the machine at the end of each measurement: [lowest, highest]. */
  load: [number, number];
  seconds: number;
  agent: RoleCost;
  up: RoleCost;
  store: StoreCost;
  queue: QueueCost;
  hubs: HubCost[];
  decisions: DecisionCost;
  tables: TableCost;
  logs: LogCost;
}

interface Row {
  what: string;
  measured: string;
  aim: string;
  kept: boolean | null;
}

/** The figures beside their aims, as Markdown that reads well in a terminal too. */
export function report(measured: Measured): string {
  const { machine, load } = measured;
  const lines = rows(measured).map(
    ({ what, measured: value, aim, kept }) =>
      `| ${what} | ${value} | ${aim} | ${kept === null ? '' : kept ? 'kept' : '**missed**'} |`,
  );
  return [
    `Measured ${measured.at} for ${measured.seconds} s each: ${machine.processor}, ${machine.cores} cores, ${machine.memoryGiB} GiB, Linux ${machine.kernel}, Node ${machine.node}; load ${load[0]} to ${load[1]}.`,
    '',
    '| what | measured | aim | |',
    '| --- | ---: | ---: | --- |',
    ...lines,
  ].join('\n');
}

function rows({ agent, up, store, queue, hubs, decisions, tables, logs }: Measured): Row[] {
  const bareMs = agent.bareLoop.cpuMsPerSample;
  return [
    {
      what: `a bare loop in C, ${agent.bareLoop.callsPerSample} calls, once a second (the reference)`,
      measured: `${milliseconds(bareMs)}`,
      aim: '',
      kept: null,
    },
    {
      what: 'a full sample, agent and driver child, without the library',
      ...against(total(agent) - agent.libraryMsPerSample, 3, milliseconds),
    },
    {
      what: `… with it, in ${agent.driverCallsPerSample} calls; as a multiple of the reference`,
      measured: `${milliseconds(total(agent))}; ${(total(agent) / bareMs).toFixed(0)} ×`,
      aim: '',
      kept: null,
    },
    {
      what: '… of that the driver child, and inside the library',
      measured: `${milliseconds(agent.cpuMsPerSample.driverChild)}, ${milliseconds(agent.libraryMsPerSample)}`,
      aim: '',
      kept: null,
    },
    { what: '`agent` and child, processor', ...against(agent.cpuPercent, 1, percent) },
    ...memoryRows('agent', agent, 80),
    { what: '`up` and child, processor', ...against(up.cpuPercent, 2, percent) },
    ...memoryRows('up', up, 130),
    ...storeRows(store),
    ...queueRows(queue),
    ...hubs.flatMap((hub) => hubRows(hub)),
    ...decisionRows(decisions),
    ...tableRows(tables),
    ...logRows(logs),
  ];
}

/** What ending both would free for good, and that with the pages of Node's program, which the kernel may take back at any time. */
function memoryRows(role: string, cost: RoleCost, aimMiB: number): Row[] {
  const { driverChild } = cost.memory;
  return [
    { what: `\`${role}\` and child, anonymous memory`, ...against(anonymousMiB(cost), aimMiB, mebibytes) },
    {
      what: "… and Node's program, mapped by these two only",
      ...against(proportionalMiB(cost), aimMiB, mebibytes),
    },
    {
      what: '… of those the child',
      measured: `${mebibytes(driverChild.anonymousMiB)}; ${mebibytes(driverChild.proportionalMiB)}`,
      aim: '',
      kept: null,
    },
  ];
}

function storeRows(store: StoreCost): Row[] {
  const told = (what: string, measured: string): Row => ({ what, measured, aim: '', kept: null });
  return [
    { what: 'rows submitted for good, in batches of 2,000', ...atLeast(store.submitsPerSecond, 5000) },
    told('… one by one, 256 waiting at once', perSecond(store.singleSubmitsPerSecond)),
    {
      what: 'attempts leased, reported and ended for good, 256 at once',
      ...atLeast(store.completionsPerSecond, 500),
    },
    told('… from the report of an end to its acknowledgement, p95', milliseconds(store.acknowledgedP95Ms)),
    told(
      `private memory of the bench's process: empty; with ${store.rows.toLocaleString('en')} rows queued`,
      `${mebibytes(store.emptyMiB)}; ${mebibytes(store.queuedMiB)}`,
    ),
    told(
      '… loading them; a page of them, p95',
      `${milliseconds(store.loadMs)}; ${milliseconds(store.listP95Ms)}`,
    ),
    told('… a page of those with a word in their cells, p95', milliseconds(store.searchP95Ms)),
  ];
}

function queueRows({
  gap,
  untilGivenOut,
  tasksPerSecond,
  taskSpooler,
  runs,
  noOps,
  atOnce,
}: QueueCost): Row[] {
  const told = (what: string, measured: string): Row => ({ what, measured, aim: '', kept: null });
  const beside = (of: (spooler: NonNullable<typeof taskSpooler>) => string): string =>
    taskSpooler ? of(taskSpooler) : 'not installed';
  return [
    {
      what: `from the end of a run to the first instruction of the next on its card, p95 of ${runs}`,
      ...against(gap.p95Ms, 250, milliseconds),
    },
    told(
      '… p50; of that until the hub gave it out',
      `${milliseconds(gap.p50Ms)}; ${milliseconds(untilGivenOut.p50Ms)}`,
    ),
    told(
      '… task-spooler, which knows no cards and keeps nothing, p50; p95',
      beside((spooler) => `${milliseconds(spooler.gap.p50Ms)}; ${milliseconds(spooler.gap.p95Ms)}`),
    ),
    told(`tasks that do nothing, ${noOps} of one table, ${atOnce} at once`, `${short(tasksPerSecond)}/s`),
    told(
      '… task-spooler; as a multiple of it',
      beside(
        (spooler) =>
          `${short(spooler.tasksPerSecond)}/s; ${short(tasksPerSecond / spooler.tasksPerSecond)} ×`,
      ),
    ),
  ];
}

function hubRows({
  agents,
  hubCpuPercent,
  hubWaitedPercent,
  hubMemory,
  seen,
  generatorCpuPercent,
  samplesPerSecond,
}: HubCost): Row[] {
  return [
    { what: `hub with ${agents} agents, processor`, ...against(hubCpuPercent, 100, percent) },
    {
      what: '… ready, but others had the processors',
      measured: percent(hubWaitedPercent),
      aim: '',
      kept: null,
    },
    {
      what: '… private memory; the generator of load, a process apart',
      measured: `${mebibytes(hubMemory.privateMiB)}; ${percent(generatorCpuPercent)}`,
      aim: '',
      kept: null,
    },
    {
      what: `… from sample to viewer, p95, of ${samplesPerSecond} samples a second`,
      ...against(seen.latencyMs.p95, 500, milliseconds),
    },
    {
      what: '… p50; p99',
      measured: `${milliseconds(seen.latencyMs.p50)}; ${milliseconds(seen.latencyMs.p99)}`,
      aim: '',
      kept: null,
    },
  ];
}

function decisionRows({
  queued,
  gpus,
  situations,
  p95Ms,
  turnsP50Ms,
  turnsP95Ms,
  privateMiB: processMiB,
  heapMiB,
  setMicroseconds,
}: DecisionCost): Row[] {
  return [
    { what: `a decision over ${queued} rows and ${gpus} GPUs, p95`, ...against(p95Ms, 50, milliseconds) },
    ...situations.map(({ what, p50Ms, p95Ms: slowMs, starts }) => ({
      what: `… ${what} (${starts} starts), p50; p95`,
      measured: `${milliseconds(p50Ms)}; ${milliseconds(slowMs)}`,
      aim: '',
      kept: null,
    })),
    {
      what: `… when 200 rows of one table of ${queued} start, p50; p95`,
      measured: `${milliseconds(turnsP50Ms)}; ${milliseconds(turnsP95Ms)}`,
      aim: '',
      kept: null,
    },
    { what: '… private memory of a process with line and fleet', ...against(processMiB, 300, mebibytes) },
    {
      what: '… of that alive; a row that comes',
      measured: `${mebibytes(heapMiB)}; ${short(setMicroseconds)} µs`,
      aim: '',
      kept: null,
    },
  ];
}

function tableRows({ rows: count, csv, json }: TableCost): Row[] {
  const told = (what: string, csvMs: number, jsonMs: number): Row => ({
    what,
    measured: `${milliseconds(csvMs)}; ${milliseconds(jsonMs)}`,
    aim: '',
    kept: null,
  });
  return [
    { what: `a csv of ${count} rows and 9 columns, read`, ...against(csv.readMs, 2000, milliseconds) },
    { what: '… one result put into it', ...against(csv.writeOneMs, 2000, milliseconds) },
    told('… all results put into it; into json', csv.writeAllMs, json.writeAllMs),
    told('… the commands of all rows; what was edited in them', csv.commandsMs, csv.mergeMs),
  ];
}

function logRows(logs: LogCost): Row[] {
  const { lines, page, pipe } = logs;
  const beside = `${milliseconds(pipe.p50Ms)}; ${milliseconds(pipe.p95Ms)}`;
  return [
    {
      what: `a line that a run prints is on the page, p95 of ${lines}`,
      ...(page
        ? against(page.p95Ms, 300, milliseconds)
        : { measured: 'no Chromium', aim: '≤ 300 ms', kept: null }),
    },
    {
      what: '… p50; as a multiple of the same through a bare pipe',
      measured: page ? `${milliseconds(page.p50Ms)}; ${short(logRatio(logs) ?? 0)} ×` : '–',
      aim: '',
      kept: null,
    },
    { what: '… through the pipe, p50; p95', measured: beside, aim: '', kept: null },
  ];
}

const total = ({ cpuMsPerSample }: RoleCost): number => cpuMsPerSample.role + cpuMsPerSample.driverChild;
const anonymousMiB = ({ memory }: RoleCost): number =>
  memory.role.anonymousMiB + memory.driverChild.anonymousMiB;
const proportionalMiB = ({ memory }: RoleCost): number =>
  memory.role.proportionalMiB + memory.driverChild.proportionalMiB;

function against(value: number, aim: number, unit: (value: number) => string): Omit<Row, 'what'> {
  return { measured: unit(value), aim: `≤ ${unit(aim)}`, kept: value <= aim };
}

const perSecond = (value: number): string => `${Math.round(value).toLocaleString('en')}/s`;
const atLeast = (value: number, aim: number): Omit<Row, 'what'> => ({
  measured: perSecond(value),
  aim: `≥ ${perSecond(aim)}`,
  kept: value >= aim,
});

const short = (value: number): string =>
  value >= 100 ? value.toFixed(0) : String(Number(value.toPrecision(2)));
const milliseconds = (value: number): string => `${short(value)} ms`;
const percent = (value: number): string => `${short(value)} %`;
const mebibytes = (value: number): string => `${value.toFixed(0)} MiB`;
