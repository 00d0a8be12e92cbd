export { messageApartExact, topTwoExact } from './exact';
export { addCosts, message, messageApart, messageExact, topTwo } from './message';
export { addConstant, addScaled, expand, least, lowerTo, negate, nextBelow, zoneLeast, zoneSpread } from './rows';
