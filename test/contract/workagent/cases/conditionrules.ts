import { describe, expect } from 'vitest';
import type { ConditionRule, ManifestConfig } from '../../../../src/api/ocm/manifestwork.ts';
import { type AnyObject, throughout } from '../bench.ts';
import { contract, type Setting } from '../case.ts';
import { conditionOf, configMap, identifier } from '../manifests.ts';
import { pollDeadline } from '../periods.ts';

const OBSERVED = 'feedback and conditions';
const RULES = 'condition rules';

/** A rule over the data of ConfigMaps whose names match. */
function rules(name: string, ...conditionRules: ConditionRule[]): ManifestConfig {
  return { resourceIdentifier: identifier('', 'configmaps', name), conditionRules };
}

const cel = (condition: string, expression: string, messageExpression?: string): ConditionRule => ({
  condition,
  type: 'CEL',
  celExpressions: [expression],
  ...(messageExpression ? { messageExpression } : {}),
});

export function conditionRuleCases(setting: Setting): void {
  describe('condition rules', () => {
    contract(
      setting,
      OBSERVED,
      'a rule in CEL appears on the manifest and on the work, with the message of its expression',
      async (bench) => {
        const map = configMap(bench.name('cm'), { step: 'two' });
        const { metadata } = await bench.createWork([map], {
          manifestConfigs: [
            rules(
              map.metadata.name,
              cel('Progressing', `object.data.step == 'one'`, `'at step ' + object.data.step`),
            ),
          ],
        });
        const work = await bench.workWith(
          metadata.name,
          'Progressing',
          'False',
          pollDeadline(bench.agent.periods),
        );
        expect(conditionOf(work.status ?? {}, 'Progressing')).toMatchObject({
          reason: 'ConditionRulesAggregated',
          message: 'at step two',
        });
        expect(conditionOf(work.status?.resourceStatus?.manifests?.[0] ?? {}, 'Progressing')).toMatchObject({
          status: 'False',
          reason: 'ConditionRuleEvaluated',
          observedGeneration: 1,
        });
      },
    );

    contract(setting, RULES, 'a condition follows its object at the next poll', async (bench) => {
      const map = configMap(bench.name('cm'), { state: 'good' });
      const rule = cel('Degraded', `object.data.state != 'good'`);
      const { metadata } = await bench.createWork([map], {
        manifestConfigs: [{ ...rules(map.metadata.name, rule), updateStrategy: { type: 'CreateOnly' } }],
      });
      const deadline = pollDeadline(bench.agent.periods);
      await bench.workWith(metadata.name, 'Degraded', 'False', deadline);
      await bench.patchOnSpoke(map, { data: { state: 'bad' } });
      await bench.workWith(metadata.name, 'Degraded', 'True', deadline);
    });

    contract(
      setting,
      OBSERVED,
      'an expression that cannot be read, or misses a key, is False with a reason of its own',
      async (bench) => {
        const map = configMap(bench.name('cm'));
        const { metadata } = await bench.createWork([map], {
          manifestConfigs: [
            rules(
              map.metadata.name,
              cel('Degraded', 'object.data.('),
              cel('Stuck', `object.data.missing == 'x'`),
              cel('Guarded', `has(object.data.missing) && object.data.missing == 'x'`),
            ),
          ],
        });
        await bench.manifestWith(
          metadata.name,
          0,
          (status) => {
            for (const type of ['Degraded', 'Stuck'])
              expect(conditionOf(status, type)).toMatchObject({
                status: 'False',
                reason: 'ConditionRuleExpressionError',
              });
            expect(conditionOf(status, 'Guarded')).toMatchObject({
              status: 'False',
              reason: 'ConditionRuleEvaluated',
            });
          },
          pollDeadline(bench.agent.periods),
        );
      },
    );

    contract(
      setting,
      OBSERVED,
      'of three manifests one is Degraded, and the work says Degraded=False',
      async (bench) => {
        const stem = bench.name('cm');
        const maps = ['fine', 'bad', 'broken'].map((state) =>
          configMap(`${stem}-${state}`, state === 'broken' ? {} : { state }),
        );
        const { metadata } = await bench.createWork(maps, {
          manifestConfigs: [rules(`${stem}*`, cel('Degraded', `object.data.state == 'bad'`))],
        });
        const work = await bench.workWith(
          metadata.name,
          'Degraded',
          'False',
          pollDeadline(bench.agent.periods),
        );
        expect(conditionOf(work.status ?? {}, 'Degraded')?.message).toBe(
          'Aggregated from 3 manifest conditions',
        );
        const statuses = work.status?.resourceStatus?.manifests ?? [];
        expect(statuses.map((status) => conditionOf(status, 'Degraded')?.status)).toEqual([
          'False',
          'True',
          'False',
        ]);
      },
    );

    contract(setting, RULES, 'Progressing of a work is True if any manifest progresses', async (bench) => {
      const stem = bench.name('cm');
      const maps = ['yes', 'no'].map((state) => configMap(`${stem}-${state}`, { state }));
      const { metadata } = await bench.createWork(maps, {
        manifestConfigs: [rules(`${stem}*`, cel('Progressing', `object.data.state == 'yes'`))],
      });
      await bench.workWith(metadata.name, 'Progressing', 'True', pollDeadline(bench.agent.periods));
    });

    contract(setting, RULES, 'a condition goes with the rule that made it', async (bench) => {
      const map = configMap(bench.name('cm'));
      const { metadata } = await bench.createWork([map], {
        manifestConfigs: [rules(map.metadata.name, cel('Degraded', 'true'))],
      });
      const deadline = pollDeadline(bench.agent.periods);
      await bench.workWith(metadata.name, 'Degraded', 'True', deadline);
      await bench.patchWork(metadata.name, { spec: { manifestConfigs: null } });
      await bench.manifestWith(
        metadata.name,
        0,
        (status) => expect(conditionOf(status, 'Degraded')).toBeUndefined(),
        deadline,
      );
      expect(conditionOf((await bench.work(metadata.name)).status ?? {}, 'Degraded')).toBeUndefined();
    });

    contract(
      setting,
      'manifest configs',
      'of several configs the first condition rules win',
      async (bench) => {
        const map = configMap(bench.name('cm'));
        const { metadata } = await bench.createWork([map], {
          manifestConfigs: [
            rules('*', cel('First', 'true')),
            rules(map.metadata.name, cel('Second', 'true')),
          ],
        });
        await bench.workWith(metadata.name, 'First', 'True', pollDeadline(bench.agent.periods));
        expect(conditionOf((await bench.work(metadata.name)).status ?? {}, 'Second')).toBeUndefined();
      },
    );

    contract(setting, RULES, 'a work that is Complete is not updated any more', async (bench) => {
      const map = configMap(bench.name('cm'), { done: 'yes' });
      const { metadata } = await bench.createWork([map], {
        manifestConfigs: [rules(map.metadata.name, cel('Complete', `object.data.done == 'yes'`))],
      });
      const { periods } = bench.agent;
      await bench.workWith(metadata.name, 'Complete', 'True', pollDeadline(periods));
      await bench.setManifests(metadata.name, [{ ...map, data: { done: 'yes', more: 'x' } }]);
      await throughout(
        async () => expect((await bench.onSpoke(map))['data']).toEqual({ done: 'yes' }),
        2 * periods.statusSync,
      );
    });

    contract(setting, RULES, 'well-known: when a Job has come to its end', async (bench) => {
      const job: AnyObject = {
        apiVersion: 'batch/v1',
        kind: 'Job',
        metadata: { name: bench.name('job'), namespace: 'tenant' },
        spec: {
          template: {
            spec: { restartPolicy: 'Never', containers: [{ name: 'main', image: 'example/none' }] },
          },
        },
      };
      const { metadata } = await bench.createWork([job], {
        manifestConfigs: [
          {
            resourceIdentifier: identifier('batch', 'jobs', job.metadata.name),
            conditionRules: [
              { condition: 'Complete', type: 'WellKnownConditions' },
              { condition: 'Progressing', type: 'WellKnownConditions' },
            ],
          },
        ],
      });
      const work = await bench.workWith(
        metadata.name,
        'Complete',
        'False',
        pollDeadline(bench.agent.periods),
      );
      expect(conditionOf(work.status ?? {}, 'Complete')?.message).toBe('Job is not finished');
      expect(conditionOf(work.status ?? {}, 'Progressing')).toBeUndefined();
    });
  });
}
