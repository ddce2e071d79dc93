import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { askJson } from './askJson.ts';

async function serve(answer: (response: ServerResponse) => void): Promise<URL> {
  const server = createServer((_request, response) => answer(response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
}

test('an answer without end is left at 64 KiB: nobody knows yet who answers', async () => {
  let sent = 0;
  const url = await serve((response) => {
    const more = (): void => {
      sent += 65_536;
      if (!response.destroyed && sent < 2 ** 30) response.write(' '.repeat(65_536), more);
    };
    more();
  });
  await expect(askJson(url, 10_000)).rejects.toThrow('longer than 64 KiB');
});

test('silence, another status and what is no JSON are told apart', async () => {
  const silent = await serve(() => undefined);
  await expect(askJson(silent, 50)).rejects.toThrow('no answer within 0.05 s');
  const refused = await serve((response) => response.writeHead(404).end('{}'));
  await expect(askJson(refused, 5000)).rejects.toThrow('status 404');
  const page = await serve((response) => response.end('<html>'));
  await expect(askJson(page, 5000)).rejects.toThrow('no JSON');
  expect(await askJson(await serve((response) => response.end('{"a":1}')), 5000)).toEqual({ a: 1 });
});
