import { describe, expect, it } from 'vitest';
import { aDecision, aModel, anAppState, aService } from '../../test/support/appstate.ts';
import type { CodecoAppSpec } from '../api/codeco/v1alpha1/codecoapp.ts';
import { type ApplicationContext, toApplication } from './application.ts';

const CONTEXT: ApplicationContext = {
  candidates: { names: ['a', 'b'], silent: [], excluded: { c: 'is being detached' } },
  profile: { cost: 1, carbon: 0, delay: 0, resilience: 0, balance: 0, migration: 0 },
  crossing: true,
  classified: { security: true, compliance: true },
  locations: new Set(['a', 'b', 'c', 'edge-a']),
  otherApp: (_namespace, appName) => (appName === 'billing' ? 'shop/billing-app' : undefined),
};

function translate(
  model: CodecoAppSpec,
  context: Partial<ApplicationContext> = {},
  state = anAppState({ model }),
) {
  return toApplication(state, model, { ...CONTEXT, ...context });
}

describe('toApplication', () => {
  it('carries class, candidates and reasons for the explanation', () => {
    const { application, notes } = translate(aModel({ qosClass: 'Gold' }));
    expect(application).toMatchObject({
      id: 'shop/web',
      class: 'Gold',
      candidates: ['a', 'b'],
      excluded: { c: 'is being detached' },
      crossing: true,
      survive: 'None',
    });
    expect(notes).toEqual([]);
  });

  it('asks for the rank of a class, and drops it with a note where no cluster is classified', () => {
    const model = aModel({ securityClass: 'High', complianceClass: 'Medium' });
    expect(translate(model).application.services[0]).toMatchObject({ securityClass: 4, complianceClass: 1 });
    const { application, notes } = translate(model, { classified: { security: false, compliance: true } });
    expect(application.services[0]).not.toHaveProperty('securityClass');
    expect(application.services[0]).toMatchObject({ complianceClass: 1 });
    expect(notes).toEqual([
      'securityClass High is not checked: no ClusterCapability gives a cluster a securityClass',
    ]);
  });

  it('survives the loss of any domain with two replicas where High leaves them open', () => {
    const { application } = translate(aModel({ appFailureTolerance: 'High' }));
    expect(application.survive).toBe('AnyDomain');
    expect(application.services[0]?.replicas).toBe(2);
  });

  it('spreads over as many domains as a percentage asks for, an explicit spread first', () => {
    const services = [
      aService({ serviceName: 'four', replicas: 4 }),
      aService({ serviceName: 'one' }),
      aService({ serviceName: 'own', replicas: 4, placement: { spread: { over: 'Cluster', min: 3 } } }),
    ];
    const { application } = translate(aModel({ appFailureTolerance: '25', 'codecoapp-msspec': services }));
    expect(application.services.map(({ id, spread }) => [id, spread])).toEqual([
      ['four', { over: 'Zone', min: 4 }],
      ['one', undefined],
      ['own', { over: 'Location', min: 3 }],
    ]);
  });

  it('tells where a service runs, and forgets clusters that no longer exist', () => {
    const assignments = [
      { service: 'front', cluster: 'edge-a', replicas: 1 },
      { service: 'front', cluster: 'gone', replicas: 1 },
    ];
    const state = anAppState({ plan: { decision: aDecision({ assignments }) } });
    expect(translate(aModel(), {}, state).application.services[0]?.running).toEqual([
      { location: 'edge-a', replicas: 1 },
    ]);
  });

  it('sends to a silent cluster only the services that run there already', () => {
    const model = aModel({ 'codecoapp-msspec': [aService(), aService({ serviceName: 'new' })] });
    const state = anAppState({ model, plan: { decision: aDecision() } });
    const candidates = { names: ['a', 'edge-a'], silent: ['edge-a'], excluded: {} };
    const { application } = translate(model, { candidates }, state);
    expect(application.services.map(({ id, notLocations }) => [id, notLocations])).toEqual([
      ['front', []],
      ['new', ['edge-a']],
    ]);
  });

  it('notes a cluster in placement.clusters that does not exist, and keeps the rule', () => {
    const model = aModel({ 'codecoapp-msspec': [aService({ placement: { clusters: ['b', 'mars'] } })] });
    const { application, notes } = translate(model);
    expect(application.services[0]?.onlyLocations).toEqual(['b']);
    expect(notes).toEqual(['service front: placement.clusters names mars, which does not exist']);
  });

  it('points a channel at another app by its id, and notes one that leads nowhere', () => {
    const to = (channelName: string, appName?: string) => ({
      channelName,
      otherService: { serviceName: 'api', port: 80, ...(appName ? { appName } : {}) },
    });
    const model = aModel({
      appName: 'webshop',
      'codecoapp-msspec': [
        aService({ serviceChannels: [to('z-own', 'webshop'), to('other', 'billing'), to('lost', 'nobody')] }),
      ],
    });
    const { application, notes } = translate(model);
    expect(application.channels.map(({ id, to: end }) => [id, end])).toEqual([
      ['other', { application: 'shop/billing-app', service: 'api' }],
      ['z-own', { service: 'api' }],
    ]);
    expect(notes).toEqual([
      'channel lost: there is no app nobody in namespace shop, so the channel is not weighed',
    ]);
  });

  it('reads data needs in the namespace of the app', () => {
    const data = [{ dataset: 'faces', locality: 'Required' as const, maxDelay: '5ms', maxStaleness: '1h' }];
    const { application } = translate(aModel({ 'codecoapp-msspec': [aService({ data })] }));
    expect(application.services[0]?.data).toEqual([
      {
        dataset: 'shop/faces',
        access: 'Read',
        locality: 'Required',
        maxDelayMs: 5,
        maxStalenessSeconds: 3600,
      },
    ]);
  });
});
