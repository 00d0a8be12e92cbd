import { afterAll, afterEach, beforeAll, describe } from 'vitest';
import { type AgentProcess, agentProcess, subjects } from './agentprocess.ts';
import { Bench, TENANT } from './bench.ts';
import type { Setting } from './case.ts';
import { absenceCases } from './cases/absence.ts';
import { applyCases } from './cases/apply.ts';
import { conditionRuleCases } from './cases/conditionrules.ts';
import { conditionCases } from './cases/conditions.ts';
import { deletionCases } from './cases/deletion.ts';
import { executorCases } from './cases/executor.ts';
import { feedbackCases } from './cases/feedback.ts';
import { ignoreFieldCases } from './cases/ignorefields.ts';
import { outageCases } from './cases/outage.ts';
import { ownershipCases } from './cases/ownership.ts';
import { permissionCases } from './cases/permissions.ts';
import { type ControlPlanes, startControlPlanes } from './controlplanes.ts';
import { namespaceObject } from './manifests.ts';

if (subjects().length === 1) console.info("OCM's own work agent: not run, OCM_WORK_AGENT names no binary");

/**
 * The Work API contract, as OCM documents it and was seen to keep it, run against a real hub and a real
 * managed cluster. The local work agent and OCM's own must both pass.
 */
describe.each(subjects())('work agent ($name)', (subject) => {
  const setting = {} as Setting;
  let planes: ControlPlanes;
  let agent: AgentProcess;

  beforeAll(async () => {
    planes = await startControlPlanes();
    agent = await agentProcess(planes, subject);
    setting.bench = new Bench(planes, agent);
    await setting.bench.createOnSpoke(namespaceObject(TENANT));
    await agent.start();
  });

  afterEach(() => setting.bench.sweep());

  afterAll(async () => {
    await agent?.end();
    await planes?.stop();
  });

  ownershipCases(setting);
  conditionCases(setting);
  conditionRuleCases(setting);
  applyCases(setting);
  ignoreFieldCases(setting);
  feedbackCases(setting);
  executorCases(setting);
  permissionCases(setting);
  deletionCases(setting);
  absenceCases(setting);
  outageCases(setting);
});
