/** What is wrong with a configuration file, in Chinese, by the English sentence; places in braces are filled in. */
import { type Figures, fill } from '../../lib/fill.ts';

export const configurationZh = {
  'it names {nodes} nodes': '它列出了 {nodes} 个节点',
  'a hub reads {most} at most': '一个中心最多读取 {most} 个',
  'this is the slave.json of a node, and a hub needs the master.json':
    '这是一个节点的 slave.json，而中心需要 master.json',
  'on the node itself: flowline agent --config slave.json': '在该节点上：flowline agent --config slave.json',
  'it has no key that says of which system it is': '其中没有能说明属于哪个系统的键',
  'it has no key that says of which system it is; by {key} you may have meant {word}':
    '其中没有能说明属于哪个系统的键；{key} 可能应为 {word}',
  'FlowLine reads its own file ({"oldNodes": […]}), master.json of FlowLine Monitor, hosts.txt of cluster-status, and config.json of the distributed monitor':
    'FlowLine 能读取自己格式的文件（{"oldNodes": […]}）、FlowLine Monitor 的 master.json、cluster-status 的 hosts.txt、distributed monitor 的 config.json',
  'this is no slave.json of FlowLine Monitor, which is the only file that an agent reads':
    '这不是 FlowLine Monitor 的 slave.json，而代理只读取这种文件',
  'a hub reads the others: flowline hub --config FILE': '其他文件由中心读取：flowline hub --config 文件',
  'there is no such file': '没有这个文件',
  'it cannot be read ({code})': '无法读取（{code}）',
  '--config names a file on this machine': '--config 要写这台机器上的文件',
  'it is larger than 1 MiB': '它大于 1 MiB',
  'it is a folder': '它是文件夹',
  'it is not JSON': '不是 JSON',
  'JSON has double quotes, no comments, and no comma after the last entry':
    'JSON 用双引号，没有注释，最后一项之后没有逗号',
  'it is JSON, but no object': '是 JSON，但不是对象',
  'the name server {server} is no address': '名称服务器 {server} 不是地址',
  'say one like 127.0.0.1:5353': '如 127.0.0.1:5353',
  'nodes of {dialect} ask for no password': '{dialect} 的节点不需要密码',
  'a node is {"dialect": "cluster-status", "host": "gpu1"}, with port, alias, interval, timeout, password or passwordFile if need be':
    '一个节点写作 {"dialect": "cluster-status", "host": "gpu1"}，需要时加 port、alias、interval、timeout、password 或 passwordFile',
  '{file} cannot be read ({code})': '{file} 无法读取（{code}）',
  'name a file that this user may read, with the password as its only line':
    '请写这个用户可读的文件，其中只有一行密码',
  'this was taken for the master.json of FlowLine Monitor; a slave is {"name": "gpu1", "ip": "192.168.1.11"}':
    '它被当作 FlowLine Monitor 的 master.json；一个从节点写作 {"name": "gpu1", "ip": "192.168.1.11"}',
  'this was taken for the slave.json of FlowLine Monitor': '它被当作 FlowLine Monitor 的 slave.json',
  'this was taken for the config.json of the distributed monitor; a node is {"name": "gpu1", "host": "10.0.0.5", "port": 8081}':
    '它被当作 distributed monitor 的 config.json；一个节点写作 {"name": "gpu1", "host": "10.0.0.5", "port": 8081}',
  '{text} is no host name or address': '{text} 不是主机名或地址',
  'a file that is no JSON is read as a hosts file of cluster-status: a host or an address a line':
    '不是 JSON 的文件按 cluster-status 的 hosts 文件读取：每行一个主机名或地址',

  // What is wrong at a key.
  'no such key is known; there are {known}': '没有这个键；可用的有 {known}',
  'no such key; did you mean {meant}?': '没有这个键；是不是 {meant}？',
  'is missing: say {wanted}': '缺少：请写{wanted}',
  'say {wanted}, not {found}': '应写{wanted}，而不是{found}',
  'not understood': '看不懂',
  'a text in "quotes"': '双引号里的文字',
  'a number': '数字',
  'a whole number': '整数',
  'true or false': 'true 或 false',
  'a list in [brackets]': '[方括号] 里的列表',
  'an object in {braces}': '{花括号} 里的对象',
  'say a host name or an address': '请写主机名或地址',
  'say a port from 1 to 65535': '请写 1 到 65535 的端口',
  'say a time from 500ms to 1h, like 5s': '请写 500ms 到 1h 的时间，如 5s',
  'say flowline-monitor, cluster-status or distributed-monitor (collectors of gpu-monitor report by themselves)':
    '请写 flowline-monitor、cluster-status 或 distributed-monitor（gpu-monitor 的采集程序会自行上报）',
} as const;

export type ConfigurationSentence = keyof typeof configurationZh;

const said: Record<string, string | undefined> = configurationZh;

/** A sentence in Chinese, its figures too where they are words; as it is where it has no entry. */
export function inChinese(sentence: string, figures: Figures): string {
  const translated = Object.entries(figures).map(([name, figure]) => [name, said[figure] ?? figure] as const);
  return fill(said[sentence] ?? sentence, Object.fromEntries(translated));
}
