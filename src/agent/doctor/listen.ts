/** The port of the hub: free, or whose. */
import { type DoctorFacts, type Finding, note, ok } from './facts.ts';

/**
 * A note at most, since only a hub needs the port. A hub of ours is known by its answer, whether or not its process can
 * be seen.
 */
export async function checkListen({ port, whoListens, askHealth, say }: DoctorFacts): Promise<Finding> {
  const holder = await whoListens(port);
  const isHub = await askHealth(`http://127.0.0.1:${port}`).then(
    () => true,
    () => false,
  );
  if (isHub)
    return ok(
      say(
        `a FlowLine hub listens on ${port}${holder === null ? '' : `: ${holder}`}`,
        `FlowLine 中心在监听 ${port}${holder === null ? '' : `：${holder}`}`,
      ),
    );
  if (holder === null) return ok(say(`port ${port} is free`, `端口 ${port} 空闲`));
  return note(
    say(`port ${port} is held by ${holder}`, `端口 ${port} 被 ${holder} 占用`),
    say(
      'a hub here needs another: flowline up --listen 127.0.0.1:PORT',
      '在这里运行中心要换端口：flowline up --listen 127.0.0.1:端口',
    ),
  );
}
