/**
 * A supervisor in a process of its own, so that a test may kill it at any moment. Lines of JSON in on stdin:
 * `{"launch": lease}`, `{"stop": request}`; out on stdout: `{"ready": true}`, `{"answer": …, "attempt": …}`,
 * `{"reports": [...]}`.
 */
import { createInterface } from 'node:readline';
import { startSupervisor } from '../../src/agent/supervisor/startSupervisor.ts';
import { systemClock } from '../../src/io/clock.ts';
import { openLog } from '../../src/io/log.ts';
import { ABSENT_DRIVER } from './samples.ts';

const [folder = ''] = process.argv.slice(2);
const say = (line: object) => process.stdout.write(`${JSON.stringify(line)}\n`);

const supervisor = await startSupervisor({
  dataFolder: folder,
  environment: process.env,
  readGpus: async () => ({
    driver: ABSENT_DRIVER,
    gpus: [],
    refusedFigures: {},
  }),
  clock: systemClock,
  log: openLog('error'),
});
supervisor.onReport((reports) => say({ reports }));
say({ ready: true });
say({ reports: supervisor.inventory().reports });

for await (const line of createInterface({ input: process.stdin })) {
  const { launch, stop } = JSON.parse(line);
  if (launch) void supervisor.launch(launch).then((answer) => say({ answer, attempt: launch.attempt }));
  if (stop) void supervisor.stop(stop);
}
await supervisor.close();
