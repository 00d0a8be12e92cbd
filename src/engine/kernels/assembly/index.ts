export { addCosts, message, messageExact } from './message';
export { addConstant, addScaled, expand, least, lowerTo, negate, nextBelow, zoneLeast, zoneSpread } from './rows';
