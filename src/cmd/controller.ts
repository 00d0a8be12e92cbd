import { Counter, collectDefaultMetrics, Registry } from 'prom-client';
import { createClient } from '../kube/client.ts';
import { KubeconfigError, loadEndpoint } from '../kube/config.ts';
import { createInformerFactory } from '../kube/informer.ts';
import { LeaseElection } from '../kube/lease.ts';
import { EventRecorder } from '../kube/recorder.ts';
import { Transport } from '../kube/transport.ts';
import type { Client } from '../runtime/client.ts';
import type { Clock } from '../runtime/clock.ts';
import type { Controller } from '../runtime/controller.ts';
import { type ControllerMetrics, controllerMetrics } from '../runtime/controllermetrics.ts';
import type { InformerFactory } from '../runtime/informer.ts';
import { createLogger } from '../runtime/logging.ts';
import { Manager } from '../runtime/manager.ts';
import { type ManagerOptions, OptionError, parseOptions } from '../runtime/options.ts';
import { processSignal } from '../runtime/process.ts';
import { realClock } from '../runtime/realclock.ts';
import type { Logger } from '../runtime/reconcile.ts';
import type { Recorder } from '../runtime/recorder.ts';

/** What a controller is set up from. */
export interface ControllerParts<E extends string> {
  client: Client;
  informers: InformerFactory;
  recorder: Recorder;
  clock: Clock;
  log: Logger;
  registry: Registry;
  metrics: (controller: string) => ControllerMetrics;
  options: ManagerOptions & { extra: Record<E, string[]> };
}

/**
 * Wires one controller process and runs it to its end, which is at most 4 s after SIGTERM whatever hangs.
 * Resolves with the exit code.
 */
export async function runController<E extends string>(
  name: string,
  args: readonly string[],
  flags: Record<E, { default: string; multiple?: boolean }>,
  setup: (parts: ControllerParts<E>) => { controllers: readonly Controller[]; close?: () => Promise<void> },
): Promise<number> {
  let options: ControllerParts<E>['options'];
  let endpoint: ReturnType<typeof loadEndpoint>;
  try {
    options = parseOptions(args, flags);
    endpoint = loadEndpoint(options.kubeconfig === undefined ? {} : { kubeconfig: options.kubeconfig });
  } catch (error) {
    if (!(error instanceof OptionError) && !(error instanceof KubeconfigError)) throw error;
    console.error(`codeco ${name}: ${error.message}`);
    return 2;
  }
  const log = createLogger(options.logLevel, `codeco-${name}`);
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const requests = new Counter({
    name: 'rest_client_requests_total',
    help: 'Requests to the API server by method and code.',
    labelNames: ['method', 'code'] as const,
    registers: [registry],
  });
  const userAgent = `codeco-${name}`;
  const observe = ({ method, code }: { method: string; code: string }) => requests.inc({ method, code });
  const transport = new Transport({
    endpoint,
    userAgent,
    qps: options.kubeApiQps,
    burst: options.kubeApiBurst,
    observe,
  });
  // Renewals must not queue behind other writes: a connection of their own.
  const leaseTransport = new Transport({ endpoint, userAgent, observe });
  const election = new LeaseElection({
    client: createClient(leaseTransport),
    lease: { namespace: options.leaderElectionNamespace, name: `codeco-${name}` },
    identity: options.identity,
    log,
  });
  const client = createClient(transport, options.leaderElect ? { fence: () => election.fence() } : {});
  const informers = createInformerFactory({ transport, log });
  const recorder = new EventRecorder({ client, log, controller: userAgent });
  const metrics = controllerMetrics(registry);
  const { controllers, close } = setup({
    client,
    informers,
    recorder,
    clock: realClock,
    log,
    registry,
    metrics,
    options,
  });
  const manager = new Manager({
    caches: informers,
    ...(options.leaderElect ? { election } : {}),
    bindAddress: options.bindAddress,
    registry,
    clock: realClock,
    log,
  });
  for (const controller of controllers) manager.addWork(controller);
  // Events of the last moments tell why the process went.
  manager.addFinish(() => recorder.flush());
  if (close) manager.addFinish(close);
  const ending = await manager.run(processSignal(log));
  transport.close();
  leaseTransport.close();
  return ending === 'Stopped' ? 0 : 1;
}
