import { describe, expect, test } from 'vitest';
import { imagineLab } from '../../test/support/imaginedLab.ts';
import { agentRemarksZh } from '../fleet/agentRemarkWordsZh.ts';
import { AgentRemark } from '../model/agentRemark.ts';
import { MAX_MESSAGE_CHARACTERS } from '../model/limits.ts';
import { NodeSample } from '../model/node.ts';
import { said } from './said.ts';

const lost: AgentRemark = { kind: 'gpu-lost', words: 'GPU is lost (NVML 15)' };

describe('what an agent says', () => {
  test('goes out as data, with its English words beside it', () => {
    expect(said(lost)).toEqual({
      message:
        'this GPU has fallen off the bus (GPU is lost (NVML 15)); look at the kernel log, reset it or reboot',
      remarks: [lost],
    });
    expect(said({ kind: 'no-tmux' }, { kind: 'sessions-hidden', tool: 'tmux', users: 2 }).message).toBe(
      'there are sockets of tmux, and no program `tmux` to ask them; the tmux sessions of 2 other users can be seen only by an agent that runs as root',
    );
  });

  test('is cut where a library says too much, and stays within its schema', () => {
    const { message, remarks } = said({ kind: 'not-read', words: 'x'.repeat(5 * MAX_MESSAGE_CHARACTERS) });
    expect(message).toHaveLength(MAX_MESSAGE_CHARACTERS);
    expect(AgentRemark.array().safeParse(remarks).success).toBe(true);
  });

  test('is Chinese for a Chinese reader, and nothing where only English words came', () => {
    expect(agentRemarksZh([lost])).toBe(
      '这张卡已从总线掉卡（GPU is lost (NVML 15)）；请看内核日志，重置它或重启机器',
    );
    expect(agentRemarksZh(null)).toBeNull();
  });

  test('is taken from an agent of another version: without remarks, or with a kind that is not known here', () => {
    const sample = imagineLab(Date.UTC(2026, 0, 1)).find((node) => node.sample !== null)?.sample;
    const { remarks: _none, ...older } = sample?.driver ?? { remarks: null };
    const newer = { ...sample?.driver, remarks: [{ kind: 'moon-is-full', phase: 3 }] };
    for (const driver of [older, newer])
      expect(NodeSample.parse({ ...sample, driver }).driver).toEqual({ ...sample?.driver, remarks: null });
  });
});
