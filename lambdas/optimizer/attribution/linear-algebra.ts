/**
 * Cholesky's factor of a symmetric, positive definite matrix, and what follows from it (Golub and Van Loan, 2013, section
 * 4.2). Matrices are row by row in one array.
 */

/** The lower factor L with L Lᵀ = `matrix`. @throws RangeError when the matrix is not positive definite. */
export function cholesky(matrix: Float64Array, size: number): Float64Array {
  const factor = new Float64Array(size * size);
  for (let i = 0; i < size; i += 1) {
    const row = i * size;
    for (let j = 0; j <= i; j += 1) {
      const other = j * size;
      let sum = matrix[row + j] as number;
      for (let k = 0; k < j; k += 1) sum -= (factor[row + k] as number) * (factor[other + k] as number);
      if (i !== j) factor[row + j] = sum / (factor[other + j] as number);
      else if (sum > 0) factor[row + i] = Math.sqrt(sum);
      else throw new RangeError('the matrix is not positive definite');
    }
  }
  return factor;
}

/** x with L Lᵀ x = `right`. */
export function solveWith(factor: Float64Array, right: Float64Array, size: number): Float64Array {
  const x = Float64Array.from(right);
  for (let i = 0; i < size; i += 1) {
    let sum = x[i] ?? 0;
    for (let k = 0; k < i; k += 1) sum -= (factor[i * size + k] ?? 0) * (x[k] ?? 0);
    x[i] = sum / (factor[i * size + i] ?? 1);
  }
  for (let i = size - 1; i >= 0; i -= 1) {
    let sum = x[i] ?? 0;
    for (let k = i + 1; k < size; k += 1) sum -= (factor[k * size + i] ?? 0) * (x[k] ?? 0);
    x[i] = sum / (factor[i * size + i] ?? 1);
  }
  return x;
}

/** The inverse of L Lᵀ: of L first (kept as its transpose, so that sums run along rows), then its transpose times itself. */
export function inverseFrom(factor: Float64Array, size: number): Float64Array {
  const upper = new Float64Array(size * size);
  for (let j = 0; j < size; j += 1) {
    const row = j * size;
    upper[row + j] = 1 / (factor[row + j] as number);
    for (let i = j + 1; i < size; i += 1) {
      const other = i * size;
      let sum = 0;
      for (let k = j; k < i; k += 1) sum -= (factor[other + k] as number) * (upper[row + k] as number);
      upper[row + i] = sum / (factor[other + i] as number);
    }
  }
  const inverse = new Float64Array(size * size);
  for (let i = 0; i < size; i += 1) {
    const row = i * size;
    for (let j = 0; j <= i; j += 1) {
      const other = j * size;
      let sum = 0;
      for (let k = i; k < size; k += 1) sum += (upper[row + k] as number) * (upper[other + k] as number);
      inverse[row + j] = sum;
      inverse[other + i] = sum;
    }
  }
  return inverse;
}
