package services

import "time"

// Defaults of a unit, where its recipe says nothing.
const (
	DefaultStopTimeout   = 10 * time.Second
	DefaultProbeTimeout  = 5 * time.Second
	DefaultHealthyWithin = 60 * time.Second
	DefaultJobTimeout    = 10 * time.Minute
	DefaultPIDs          = 200
	DefaultMemory        = 256 << 20 // bytes
)
