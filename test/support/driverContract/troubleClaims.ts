/** A driver that is absent, differs, fails or hangs is told as that, keeps its last words, and may come back. */
import { describe, expect, test } from 'vitest';
import { imagineMachine } from '../imaginedMachines.ts';
import { firstAnswer, readUntil, type StartBed } from './bed.ts';

export function claimTrouble(start: StartBed): void {
  describe('the driver', () => {
    test('that differs from its library says: reboot', async () => {
      const machine = imagineMachine(1);
      machine.driver.behaviour = 'mismatch';
      const { driver, gpus } = await firstAnswer(start(machine));
      expect(driver).toMatchObject({ state: 'mismatch', version: null, answeredAtMs: null });
      expect(driver.message).toContain('reboot');
      expect(gpus).toEqual([]);
    });

    test('that cannot be initialised is failed, with its words', async () => {
      const machine = imagineMachine(1);
      machine.driver.behaviour = 'failing';
      const { driver } = await firstAnswer(start(machine));
      expect(driver.state).toBe('failed');
      expect(driver.message).toContain('could not be initialised');
    });

    test('that is absent is found once it is there', async () => {
      const machine = imagineMachine(1);
      machine.driver.behaviour = 'absent';
      const bed = start(machine);
      expect((await firstAnswer(bed)).driver.state).toBe('absent');
      machine.driver.behaviour = 'ok';
      bed.apply();
      const { gpus } = await readUntil(bed, ({ driver }) => driver.state === 'ok');
      expect(gpus).toHaveLength(1);
    });

    test('that fails while it runs keeps what it last said, and comes back', async () => {
      const machine = imagineMachine(2);
      const bed = start(machine);
      const { driver: before } = await firstAnswer(bed);
      machine.driver.behaviour = 'failing';
      bed.apply();
      const failed = await readUntil(bed, ({ driver }) => driver.state === 'failed');
      expect(failed.driver).toMatchObject({ answeredAtMs: before.answeredAtMs, version: '570.86.15' });
      expect(failed.gpus.map((gpu) => gpu.powerWatts)).toEqual([412.35, 412.35]);
      machine.driver.behaviour = 'ok';
      bed.apply();
      await readUntil(bed, ({ driver }) => driver.state === 'ok');
    });

    test('that hangs is unresponsive past its deadline, keeps what it last said, and comes back', async () => {
      const machine = imagineMachine(2);
      const bed = start(machine, { sampleMs: 300 });
      const { driver: before } = await firstAnswer(bed);
      machine.driver.behaviour = 'hanging';
      bed.apply();
      const waiting = await bed.driver.read(50);
      expect(waiting.driver.state).toBe('ok');
      const hung = await readUntil(bed, ({ driver }) => driver.state === 'unresponsive');
      expect(hung.driver).toMatchObject({ answeredAtMs: before.answeredAtMs, version: '570.86.15' });
      expect(hung.driver.message).toContain('has not answered for 0.3 s');
      expect(hung.gpus.map((gpu) => gpu.powerWatts)).toEqual([412.35, 412.35]);
      machine.driver.behaviour = 'ok';
      bed.apply();
      const back = await readUntil(bed, ({ driver }) => driver.state === 'ok');
      expect(back.driver.answeredAtMs).toBeGreaterThan(before.answeredAtMs ?? 0);
      expect(back.driver.message).toBeNull();
    });

    test('that hangs from the start is starting, and unresponsive past the longer deadline', async () => {
      const machine = imagineMachine(1);
      machine.driver.behaviour = 'hanging';
      const bed = start(machine, { initialiseMs: 700 });
      expect((await bed.driver.read(30)).driver.state).toBe('starting');
      const { driver } = await readUntil(bed, (reading) => reading.driver.state !== 'starting');
      expect(driver.state).toBe('unresponsive');
    });

    test('that is slow is not waited for longer than the patience', async () => {
      const machine = imagineMachine(2);
      const bed = start(machine);
      await firstAnswer(bed);
      machine.driver.delayMs = 20;
      bed.apply();
      const beforeMs = performance.now();
      const { driver, gpus } = await bed.driver.read(40);
      expect(performance.now() - beforeMs).toBeLessThan(300);
      expect(driver.state).toBe('ok');
      expect(gpus).toHaveLength(2);
    });

    test('that was stopped still answers with what it last said', async () => {
      const bed = start(imagineMachine(1));
      await firstAnswer(bed);
      await bed.driver.stop();
      const { gpus } = await bed.driver.read(3_000);
      expect(gpus).toHaveLength(1);
    });
  });
}
