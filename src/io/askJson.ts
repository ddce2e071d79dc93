/** One small GET, answered as JSON. Not fetch: loading it costs a process that asks once in its life some megabytes. */
import { get as getPlain } from 'node:http';
import { get as getSecure } from 'node:https';

/**
 * @param ending ends it before its time.
 * @throws Error where there is no answer in time, a status beyond 200, or more than 64 KiB.
 */
export function askJson(url: URL, timeoutMs: number, ending?: AbortSignal): Promise<unknown> {
  const get = url.protocol === 'https:' ? getSecure : getPlain;
  const inTime = AbortSignal.timeout(timeoutMs);
  const signal = ending ? AbortSignal.any([inTime, ending]) : inTime;
  return new Promise((resolve, reject) => {
    const request = get(url, { agent: false, signal }, (response) => {
      let text = '';
      response.setEncoding('utf8');
      response.on('data', (data: string) => {
        text += data;
        if (text.length > 65_536) request.destroy(new Error('the answer is longer than 64 KiB'));
      });
      response.on('error', reject);
      response.on('end', () => {
        if (response.statusCode !== 200)
          return reject(new Error(`the answer has status ${response.statusCode}`));
        try {
          resolve(JSON.parse(text));
        } catch {
          reject(new Error('the answer is no JSON'));
        }
      });
    });
    request.on('error', (failure) =>
      reject(inTime.aborted ? new Error(`no answer within ${timeoutMs / 1000} s`) : failure),
    );
  });
}
