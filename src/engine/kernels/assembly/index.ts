export { addCosts, message, messageExact, topTwo } from './message';
export { addConstant, addScaled, expand, least, lowerTo, negate, nextBelow, zoneLeast, zoneSpread } from './rows';
