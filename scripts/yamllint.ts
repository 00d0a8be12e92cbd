/** Every YAML file of the repository can be read, has no duplicate keys and no tabs, and ends in a newline. */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { parseAllDocuments } from 'yaml';

const root = new URL('..', import.meta.url).pathname;
const files = execFileSync(
  'git',
  ['ls-files', '--cached', '--others', '--exclude-standard', '*.yaml', '*.yml'],
  {
    cwd: root,
    encoding: 'utf8',
  },
)
  .split('\n')
  .filter((file) => file !== '');
const problems: string[] = [];
for (const file of files) {
  const text = readFileSync(`${root}${file}`, 'utf8');
  if (!text.endsWith('\n')) problems.push(`${file}: no newline at the end`);
  text.split('\n').forEach((line, index) => {
    if (/^\s*\t/.test(line)) problems.push(`${file}:${index + 1}: a tab as indentation`);
  });
  for (const document of parseAllDocuments(text, { uniqueKeys: true })) {
    for (const error of document.errors) problems.push(`${file}: ${error.message}`);
  }
}
if (files.length < 10)
  problems.push(`only ${files.length} files were found: the check looks in the wrong place`);
for (const problem of problems) console.error(problem);
process.exit(problems.length === 0 ? 0 : 1);
