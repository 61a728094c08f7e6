package main

import (
	"math/bits"
	"time"
)

// histogram counts durations in buckets that are 1/128 of their value wide. One writer.
type histogram struct {
	counts [64 * subBuckets]int64
	total  int64
	most   time.Duration
}

const (
	subBucketBits = 7
	subBuckets    = 1 << subBucketBits
)

func bucketOf(nanos uint64) int {
	if nanos < subBuckets {
		return int(nanos)
	}
	shift := bits.Len64(nanos) - subBucketBits - 1
	return (shift+1)*subBuckets + int(nanos>>shift) - subBuckets
}

// middleOf is the middle of a bucket, nanoseconds.
func middleOf(bucket int) float64 {
	if bucket < subBuckets {
		return float64(bucket)
	}
	shift := bucket/subBuckets - 1
	low := uint64(bucket%subBuckets+subBuckets) << shift
	return float64(low) + float64(uint64(1)<<shift)/2
}

func (h *histogram) add(d time.Duration) {
	h.counts[bucketOf(uint64(max(d, 0)))]++
	h.total++
	h.most = max(h.most, d)
}

func (h *histogram) merge(other *histogram) {
	for i, n := range other.counts {
		h.counts[i] += n
	}
	h.total += other.total
	h.most = max(h.most, other.most)
}

// quantileMicros is 0 when nothing was counted.
func (h *histogram) quantileMicros(q float64) float64 {
	rank := int64(q * float64(h.total))
	for i, n := range h.counts {
		if rank < n {
			return middleOf(i) / 1e3
		}
		rank -= n
	}
	return float64(h.most) / 1e3
}
