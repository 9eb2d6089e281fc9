// Shapes that stand under a name of their own in the OpenAPI document.
import type { Shape } from '../../chaincode/core/shape.js';

export const NAMED_SHAPES: ReadonlyMap<Shape, string> = new Map<Shape, string>();
