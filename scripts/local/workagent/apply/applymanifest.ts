import { applyCreateOnly } from './createonly.ts';
import { readOnly } from './readonly.ts';
import { applyServerSide } from './serversideapply.ts';
import type { ApplyOutcome, ApplyRequest } from './strategy.ts';
import { applyUpdate } from './update.ts';

/** Brings one object to what its manifest says, in the way that the work asks for. Rejects as the client does. */
export function applyManifest(request: ApplyRequest): Promise<ApplyOutcome> {
  switch (request.strategy.type) {
    case 'Update':
      return applyUpdate(request);
    case 'CreateOnly':
      return applyCreateOnly(request);
    case 'ServerSideApply':
      return applyServerSide(request);
    case 'ReadOnly':
      return readOnly();
  }
}
