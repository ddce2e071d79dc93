/** What the reader of command lines says of a mistake in one: commander words it in English, in few forms. */

const ZH: readonly (readonly [form: RegExp, words: string])[] = [
  [/unknown option '(.+)'/, '没有选项“$1”'],
  [/unknown command '(.+)'/, '没有命令“$1”'],
  [/option '(.+)' argument '(.*)' is invalid\. /, '选项 $1 的值“$2”无效：'],
  [/command-argument value '(.*)' is invalid for argument '(.+)'\. /, '“$1”不能作为 $2：'],
  [/option '(.+)' argument missing/, '选项 $1 缺少值'],
  [/missing required argument '(.+)'/, '缺少 $1'],
  [/too many arguments for '(.+)'\. .*/, '“$1”后面多了内容'],
  [/\(Did you mean (.+)\?\)/, '（是不是 $1？）'],
  [/say one of /, '可写 '],
  [/Allowed choices are (.+)\./, '可写 $1'],
  [/say a size like (.+) or (.+); a bare number is MiB/, '写大小，如 $1 或 $2；只写数字时单位是 MiB'],
  [/say a whole number from (-?\d+) to (-?\d+)/, '写 $1 到 $2 的整数'],
  [/say a time up to (\S+), like (.+)/, '写不超过 $1 的时间，如 $2'],
  [/say a time from (\S+) to (\S+), like (.+)/, '写 $1 到 $2 的时间，如 $3'],
  [/say a time from (\S+) on, like (\S+), (.+)/, '写不短于 $1 的时间，如 $2、$3'],
  [/say a time from now like (\S+), or one like (.+)/, '写从现在起的时间，如 $1，或时刻，如 $2'],
  [/say a time like (.+)/, '写时间，如 $1'],
  [/say a task, like (.+)/, '写任务号，如 $1'],
  [/say ok:ID or end:ID with the id of a task, like (.+)/, '写 ok:任务号 或 end:任务号，如 $1'],
  [/say a text of 3 to 200 characters/, '写 3 到 200 个字符'],
  [/say all, or some of (.+)/, '写 all，或其中几个：$1'],
  [/say CLASS=N up to 1000, or CLASS=none; classes: (.+)/, '写 类别=次数（最多 1000）或 类别=none；类别：$1'],
  [/there is no port (\d+): the last is 65535/, '没有端口 $1：最大 65535'],
  [/say a time like (\S+ or \S+), or never/, '写时间，如 $1，或 never'],
  [/(\S+) has no node that could be asked; there are (.+)/, '$1 没有可供询问的从节点；现有 $2'],
  [
    /nobody reports to (\S+): its nodes are asked; there is (.+)/,
    '没有程序向 $1 上报，它的节点是被询问的；可用 $2',
  ],
  [/there is no ("[^"]*"); there are (.+)/, '没有 $1；现有 $2'],
  [/say NAME=NETWORK, like (.+) or (.+)/, '写 名称=网段，如 $1 或 $2'],
  [/say HOST:PORT or PORT, like (.+)/, '写 HOST:PORT 或 PORT，如 $1'],
  // The message may have a line about --help below.
  [/say (\S+(?: or \S+)+)$/m, '写 $1'],
  [/say (NAME=value|HOST:PORT or PORT)/, '写 $1'],
  [
    /say a name or an address without http:\/\/ and port, like (\S+) or (\S+)/,
    '写不带 http:// 和端口的名称或地址，如 $1 或 $2',
  ],
  // What several examples are joined by, where a form above took them whole.
  [/(：写.*) or /, '$1 或 '],
];

/** The same in Chinese; what has another form stays as it is. */
export const usageZh = (text: string): string =>
  ZH.reduce((said, [form, words]) => said.replace(form, words), text);
