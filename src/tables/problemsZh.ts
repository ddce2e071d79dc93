/**
 * What is wrong with tables and commands, in Chinese, by the English sentence: one that is said and stands here in no
 * words does not compile (problem.ts). Places in braces are filled in.
 */
import { fill } from '../lib/fill.ts';
import type { CommandProblem } from './command/problem.ts';
import type { TablePlace, TableProblem } from './problem.ts';

export const problemsZh = {
  // Of a table.
  'is no table that can be read': '不是能读取的表',
  'save it as .xlsx or .csv': '请另存为 .xlsx 或 .csv',
  'a table ends in .csv, .xlsx or .json; a command to queue goes after --':
    '表以 .csv、.xlsx 或 .json 结尾；要排队的命令写在 -- 之后',
  'is empty': '是空的',
  'has no rows': '没有行',
  'its first line names the columns': '第一行写各列的名称',
  'its first line names the columns; the rows come below': '第一行写各列的名称，其下是各行',
  'is not an array': '不是数组',
  'a table is an array of objects: [{"lr": 0.1}, {"lr": 0.2}]':
    '表是由对象组成的数组：[{"lr": 0.1}, {"lr": 0.2}]',
  'a table is an array of objects': '表是由对象组成的数组',
  'it is not an object': '不是对象',
  'each row is one, like {"lr": 0.1}': '每一行是一个对象，如 {"lr": 0.1}',
  'is not in UTF-8': '不是 UTF-8 编码',
  'JSON is written in UTF-8: save it so': 'JSON 用 UTF-8 编码：请这样保存',
  'is no JSON: {words}': '不是 JSON：{words}',
  'NaN, a comma before a bracket and // are not JSON': 'JSON 里没有 NaN、括号前的逗号和 //',
  '{text} is no whole number from 0 to {most}': '{text} 不是 0 到 {most} 的整数',
  'write how often it has run, or leave it blank for 0': '请写已运行几次；留空为 0',
  'write how often it is to run, or leave it blank for 1': '请写要运行几次；留空为 1',
  'the cell has {length} characters; at most {most} are passed on':
    '单元格有 {length} 个字符；最多传递 {most} 个',
  'put long texts into a file and its path into the cell': '长文本请放进文件，单元格里写文件路径',
  'the cell holds a zero character, which no program can be given': '单元格含有零字符，无法传给程序',
  'remove it': '请删去',
  'its cell number {number} has a text, but the column has no name':
    '第 {number} 个单元格有内容，但该列没有名称',
  'name the column in the first line, or take it out': '请在第一行给该列命名，或删去内容',
  'name the column in the first line, or move notes to another sheet':
    '请在第一行给该列命名，或把备注移到别的工作表',
  'two columns have this name, number {first} and number {second}':
    '有两列同名：第 {first} 列和第 {second} 列',
  'rename one of them': '请给其中一列改名',
  'the name of the column is longer than 256 characters or holds a zero character':
    '列名超过 256 个字符，或含有零字符',
  'shorten it': '请缩短',
  'it has {columns} columns; at most {most} are taken': '有 {columns} 列；最多接受 {most} 列',
  'is the first line the one that names the columns?': '第一行是各列的名称吗？',
  'it has {rows} rows; at most {most} are taken': '有 {rows} 行；最多接受 {most} 行',
  'split it into several tables': '请拆成几张表',
  'holds zero bytes, which no text has': '含有零字节，不是文本',
  'save it as csv in UTF-8 (a file in UTF-16 needs its mark at the front)':
    '请以 UTF-8 编码另存为 csv（UTF-16 文件开头须有标记）',
  'is neither in UTF-8 nor in GB18030': '既不是 UTF-8，也不是 GB18030 编码',
  'save it as csv in UTF-8 (in Excel: "CSV UTF-8")': '请以 UTF-8 编码另存为 csv（Excel 中选“CSV UTF-8”）',
  'is cut in the middle of a character': '在一个字符中间被截断',
  'save it once more': '请重新保存一次',
  'a quote is opened here and never closed': '这里的引号没有结束',
  'close it, or write it twice if it belongs to the text': '请补上结束的引号；若它属于内容，请写两次',
  'it has {cells} cells, the head names {columns} columns': '有 {cells} 个单元格，而表头只有 {columns} 列',
  'quote a cell that holds the separator, or name the column': '含分隔符的单元格请加引号，或给该列命名',
  'cannot be written: {words}': '无法写入：{words}',
  'save it once more as .xlsx, or as .csv': '请重新保存为 .xlsx，或另存为 .csv',
  'is locked with a password': '有密码保护',
  'cannot be read as .xlsx: {words}': '无法按 .xlsx 读取：{words}',
  'save it once more as .xlsx without a password, or as .csv': '请去掉密码重新保存为 .xlsx，或另存为 .csv',
  'has no sheet': '没有工作表',
  'has no sheet {name}': '没有工作表 {name}',
  'sheets: {names}': '现有工作表：{names}',
  'the cell has a formula whose result is not in the file, or an error': '单元格的公式没有存下结果，或有错误',
  'open it in a spreadsheet program, mend the formula where it shows an error, and save it once':
    '请用表格软件打开，改正出错的公式，并保存一次',
  'the cell shows the error {error}': '单元格显示错误 {error}',
  'mend the formula, or clear the cell': '请改正公式，或清空单元格',

  // Of a command.
  'there is no column {{name}}': '没有列 {{name}}',
  'columns: {columns}; known at the start: {facts}; for the text itself write {{{name}}}':
    '现有的列：{columns}；启动时可用：{facts}；要这几个字本身请写 {{{name}}}',
  'the command is empty': '命令是空的',
  'say what is to run': '请写要运行什么',
  'say it after --': '请写在 -- 之后',
  'a quote is opened and never closed': '引号没有结束',
  'close it': '请补上结束的引号',
  'the placeholder {{name}} stands in a here-document': '占位符 {{name}} 在 here-document 里',
  "there a value would get quotes of its own: print it instead, like: printf '%s\\n' {column} | prog":
    "那里的值会带上自己的引号：请改为打印，如：printf '%s\\n' {列名} | prog",
  'the placeholder {{name}} stands in quotes': '占位符 {{name}} 在引号里',
  'take the quotes away: a value is passed as it is, spaces and all (for the text itself write {{{name}}})':
    '请去掉引号：值会原样传递，包括空格（要这几个字本身请写 {{{name}}}）',
  'there is no column {{name}}, and it stands in quotes': '没有列 {{name}}，而且它在引号里',
  'for the text itself write {{{name}}}': '要这几个字本身请写 {{{name}}}',
  'the row has no command: its cell {column} is blank': '这一行没有命令：它的单元格 {column} 是空的',
  'write one, or give all rows one: flowline submit TABLE -- COMMAND':
    '请写上，或给所有行同一条命令：flowline submit 表 -- 命令',
  'the command has {words} words; at most {most} are taken': '命令有 {words} 个词；最多接受 {most} 个',
  'put the arguments into a file': '请把参数放进文件',
  'an argument has more than {most} characters': '有一个参数超过 {most} 个字符',
  'put it into a file': '请把它放进文件',
} as const;

const UNITS = {
  line: (number: number) => `文件第 ${number} 行`,
  'sheet row': (number: number) => `工作表第 ${number} 行`,
  element: (number: number) => `第 ${number} 个元素`,
};

/** `sweep.xlsx，工作表“runs”，第 7 行（文件第 8 行），列 lr` */
export function placeZh({ file, sheet, row, line, column }: TablePlace): string {
  const where = line ? UNITS[line.unit](line.number) : null;
  const parts = [file];
  if (sheet) parts.push(`工作表“${sheet}”`);
  if (row) parts.push(where ? `第 ${row} 行（${where}）` : `第 ${row} 行`);
  else if (where) parts.push(where);
  if (column) parts.push(`列 ${column}`);
  return parts.join('，');
}

export interface ToldProblem {
  what: string;
  hint: string;
}

/** A problem in Chinese, with its place, or with its line and what points into it. */
export function problemZh(problem: TableProblem | CommandProblem): ToldProblem {
  const what = fill(problemsZh[problem.sentence], problem.figures);
  return {
    what: 'place' in problem ? `${placeZh(problem.place)}：${what}` : `${what}${problem.pointer}`,
    hint: fill(problemsZh[problem.hintSentence], problem.figures),
  };
}
