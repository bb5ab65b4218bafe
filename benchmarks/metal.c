/* What a brute force does per account and tick, and no more: equity and maintenance margin of an account at the tick's
 * prices, held against two multiples of its margin. Two layouts of the same sparse positions; prices are read tick by
 * tick, in order, so that they could react to what happened in the tick before. */

#include <math.h>
#include <stdint.h>

/* Whether an account has left the band in which nothing happens. */
static inline int crosses(double equity, double margin, double lower, double upper) {
    return (equity < lower * margin) | (equity >= upper * margin);
}

/* Textbook: the legs of account a are those from first[a] up to first[a + 1]. */
int64_t rows(int64_t ticks, int64_t accounts, int64_t markets, const double *price, const double *weight,
             const int32_t *first, const int32_t *market, const double *coins, const double *cash,
             const double *lower, const double *upper) {
    int64_t hits = 0;
    for (int64_t t = 0; t < ticks; t++) {
        const double *now = price + t * markets;
        for (int64_t a = 0; a < accounts; a++) {
            double equity = cash[a], margin = 0.0;
            for (int32_t leg = first[a]; leg < first[a + 1]; leg++) {
                double value = coins[leg] * now[market[leg]];
                equity += value;
                margin += fabs(value) * weight[market[leg]];
            }
            hits += crosses(equity, margin, lower[a], upper[a]);
        }
    }
    return hits;
}

/* One tick of accounts that all have `legs` legs, a compile-time constant where it is called: leg k of account a is at
 * k * stride + a. */
static inline int64_t group(int legs, int64_t accounts, int64_t stride, const double *restrict now,
                            const double *restrict weight, const int32_t *restrict market,
                            const double *restrict coins, const double *restrict cash,
                            const double *restrict lower, const double *restrict upper) {
    int64_t hits = 0;
    for (int64_t a = 0; a < accounts; a++) {
        double equity = cash[a], margin = 0.0;
        for (int k = 0; k < legs; k++) {
            int32_t m = market[k * stride + a];
            double value = coins[k * stride + a] * now[m];
            equity += value;
            margin += fabs(value) * weight[m];
        }
        hits += crosses(equity, margin, lower[a], upper[a]);
    }
    return hits;
}

/* Accounts sorted by their number of legs, one to three; begin[k] is the first that has more than k of them. */
int64_t columns(int64_t ticks, int64_t accounts, int64_t markets, const double *price, const double *weight,
                const int64_t *begin, const int32_t *market, const double *coins, const double *cash,
                const double *lower, const double *upper) {
    int64_t hits = 0;
    for (int64_t t = 0; t < ticks; t++) {
        const double *now = price + t * markets;
        for (int legs = 1; legs <= 3; legs++) {
            int64_t b = begin[legs - 1], n = begin[legs] - b;
            const int32_t *m = market + b;
            const double *c = coins + b;
            if (legs == 1)
                hits += group(1, n, accounts, now, weight, m, c, cash + b, lower + b, upper + b);
            else if (legs == 2)
                hits += group(2, n, accounts, now, weight, m, c, cash + b, lower + b, upper + b);
            else
                hits += group(3, n, accounts, now, weight, m, c, cash + b, lower + b, upper + b);
        }
    }
    return hits;
}

/* The first tick in which each account leaves its band, -1 for never. */
void first_hits(int64_t ticks, int64_t accounts, int64_t markets, const double *price, const double *weight,
                const int32_t *first, const int32_t *market, const double *coins, const double *cash,
                const double *lower, const double *upper, int64_t *tick) {
    for (int64_t a = 0; a < accounts; a++) {
        tick[a] = -1;
        for (int64_t t = 0; t < ticks && tick[a] < 0; t++) {
            double equity = cash[a], margin = 0.0;
            for (int32_t leg = first[a]; leg < first[a + 1]; leg++) {
                double value = coins[leg] * price[t * markets + market[leg]];
                equity += value;
                margin += fabs(value) * weight[market[leg]];
            }
            if (crosses(equity, margin, lower[a], upper[a]))
                tick[a] = t;
        }
    }
}
