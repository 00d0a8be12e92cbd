import { describe, expect, test } from 'vitest';
import { reportText, validateSources } from './validate.ts';

const app = (name: string, fields = '', channel = 'orders') => `apiVersion: codeco.he-codeco.eu/v1alpha1
kind: CodecoApp
metadata: { name: ${name}, namespace: demo }
spec:
  ${fields}
  codecoapp-msspec:
    - serviceName: front
      podspec: { containers: [{ name: web, ports: [{ containerPort: 80 }] }] }
      serviceChannels:
        - channelName: ${channel}
          otherService: { serviceName: back, port: 81 }
    - serviceName: back
      podspec: { containers: [{ name: api, ports: [{ containerPort: 81 }] }] }
`;

const judge = (text: string) => validateSources([{ file: 'app.yaml', text }]);

describe('a file', () => {
  test('that is right has no findings', () => {
    expect(judge(app('shop'))).toEqual({ findings: [], judged: 1, skipped: 0 });
  });

  test('is told by line, path, value and what was meant', () => {
    const report = judge(app('shop', 'qosClas: Gold'));
    expect(report.findings).toMatchObject([
      { file: 'app.yaml', line: 5, object: 'CodecoApp/shop', path: 'spec.qosClas', nearest: 'qosClass' },
    ]);
    expect(reportText(report)).toMatch(
      /^app\.yaml:5: CodecoApp\/shop: spec\.qosClas: Gold: .*; did you mean qosClass\?\n1 object judged, 1 error$/,
    );
  });

  test('with an unknown field is still judged as a model', () => {
    const paths = judge(
      app('shop', 'qosClas: Gold').replace('back, port: 81', 'back, port: 82'),
    ).findings.map(({ path }) => path);
    expect(paths).toEqual(['spec.qosClas', 'spec.codecoapp-msspec[0].serviceChannels[0].otherService.port']);
  });

  test('of several documents is judged whole, each at its own lines', () => {
    const { findings, judged } = judge(`---\n${app('one')}---\n---\n${app('two', 'qosClass: Best', 'x')}`);
    expect(judged).toBe(2);
    expect(findings).toMatchObject([{ object: 'CodecoApp/two', line: 21, path: 'spec.qosClass' }]);
  });

  test('with a List is judged item by item', () => {
    const item = { apiVersion: 'codeco.he-codeco.eu/v1alpha1', kind: 'Dataset', metadata: { name: 'x' } };
    const list = {
      apiVersion: 'v1',
      kind: 'List',
      items: [
        { ...item, spec: {} },
        { ...item, spec: { ownr: 'a' } },
      ],
    };
    expect(judge(JSON.stringify(list, undefined, 1)).findings).toMatchObject([
      { path: 'spec.ownr', nearest: 'owner', line: 20 },
    ]);
  });

  test('may use merge keys, as kubectl reads them', () => {
    const text = app('shop').replace('spec:\n', 'spec:\n  <<: { qosClass: Gold }\n');
    expect(judge(text).findings).toEqual([]);
  });

  test('of other kinds is left alone and counted', () => {
    expect(judge('apiVersion: v1\nkind: ConfigMap\nmetadata: { name: x }\n')).toMatchObject({
      findings: [],
      skipped: 1,
    });
  });

  test.each([
    ['a misspelt kind', 'kind: CodecoApp', 'kind: CodecoAp', 'kind', 'CodecoApp'],
    ['an old version', '/v1alpha1', '/v1', 'apiVersion', 'codeco.he-codeco.eu/v1alpha1'],
    ['a misspelt group', 'he-codeco.eu', 'he-codceo.eu', 'apiVersion', 'codeco.he-codeco.eu/v1alpha1'],
  ])('of %s is told what there is', (_, from, to, path, nearest) => {
    expect(judge(app('shop').replace(from, to)).findings).toMatchObject([{ path, nearest }]);
  });

  test.each([
    ['that is no YAML', 'a: ['],
    ['with two equal keys', 'a: 1\na: 2\n'],
    ['nested a thousand deep', `a: ${'['.repeat(1000)}`],
    ['that is a word', 'hello'],
    ['that is a list', '[1, 2]'],
    ['of nothing with a name', 'kind: CodecoApp\n'],
  ])('%s is refused without a crash', (_, text) => {
    expect(judge(text).findings).toHaveLength(1);
  });

  test('whose aliases stand for gigabytes is refused at once', () => {
    const levels = 'abcdefgh'.split('').map((name, index, all) => {
      const items = Array.from({ length: 9 }, () => (index === 0 ? '1' : `*${all[index - 1]}`));
      return `${name}: &${name} [${items.join(', ')}]\n`;
    });
    const [finding] = judge(levels.join('') + app('shop')).findings;
    expect(finding?.message).toMatch(/larger than/);
  });
});

describe('two applications of one namespace', () => {
  test('may not have a Service of one name: the first keeps it', () => {
    const { findings } = judge(`${app('one')}---\n${app('two')}`);
    expect(findings).toMatchObject([{ object: 'CodecoApp/two', value: 'Service svc-orders' }]);
  });

  test('may not have one appName', () => {
    const { findings } = judge(`${app('one', 'appName: shop')}---\n${app('two', 'appName: shop', 'x')}`);
    expect(findings.map(({ value }) => value)).toEqual(['Deployment shop-front', 'Deployment shop-back']);
  });

  test('of two namespaces have nothing to do with one another', () => {
    const { findings } = judge(
      `${app('one')}---\n${app('two').replace('namespace: demo', 'namespace: other')}`,
    );
    expect(findings).toEqual([]);
  });
});
