import type { CodecoAppSpec } from '../codecoapp.ts';
import { validateApplication } from './application.ts';
import { validateChannel } from './channel.ts';
import type { ModelContext } from './context.ts';
import { type Finding, Findings } from './finding.ts';
import { validateService } from './service.ts';
import { validateTolerance } from './tolerance.ts';

/**
 * What neither schema nor CEL can tell about a model: names that lead nowhere, ports that nothing opens,
 * quantities that cannot be read, rules that contradict each other. Pure; sorted as the model is written.
 */
export function validateModel(spec: CodecoAppSpec, context: ModelContext): Finding[] {
  const services = spec['codecoapp-msspec'];
  const names = services.map(({ serviceName }) => serviceName);
  const appName = spec.appName ?? context.name;
  const findings = new Findings();
  validateApplication(spec, context, findings);
  const seenChannels = new Map<string, string>();
  services.forEach((service, index) => {
    const path = `spec.codecoapp-msspec[${index}]`;
    if (names.indexOf(service.serviceName) !== index)
      findings.error(`${path}.serviceName`, service.serviceName, 'two services have this name');
    validateService(service, path, appName, context, findings);
    validateTolerance(spec, service, path, findings);
    service.serviceChannels?.forEach((channel, at) => {
      const of = `${path}.serviceChannels[${at}]`;
      validateChannel(channel, of, service, services, appName, seenChannels, findings);
    });
  });
  return findings.list;
}
