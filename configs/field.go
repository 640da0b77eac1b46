package configs

import "fmt"

// field is one row of the schema. The type of def is the type of the key:
// string, int, uint64, bool, float64, []int, []float64 or []string. at gives a
// pointer to that type inside a Config.
type field struct {
	name    string
	def     any
	limit   limit // nil: every value of the type is fine
	affects Affects
	source  string
	help    string
	at      func(*Config) any
}

// set stores v, which has the type of f.def. Lists are copied, so that two
// configs never share one.
func (f *field) set(c *Config, v any) {
	switch p := f.at(c).(type) {
	case *string:
		*p = v.(string)
	case *int:
		*p = v.(int)
	case *uint64:
		*p = v.(uint64)
	case *bool:
		*p = v.(bool)
	case *float64:
		*p = v.(float64)
	case *[]int:
		*p = append([]int{}, v.([]int)...)
	case *[]float64:
		*p = append([]float64{}, v.([]float64)...)
	case *[]string:
		*p = append([]string{}, v.([]string)...)
	default:
		panic(fmt.Sprintf("configs: key %s has the unknown type %T", f.name, p))
	}
}

// get is the value of the key in c, of the type of f.def.
func (f *field) get(c *Config) any {
	switch p := f.at(c).(type) {
	case *string:
		return *p
	case *int:
		return *p
	case *uint64:
		return *p
	case *bool:
		return *p
	case *float64:
		return *p
	case *[]int:
		return *p
	case *[]float64:
		return *p
	case *[]string:
		return *p
	default:
		panic(fmt.Sprintf("configs: key %s has the unknown type %T", f.name, p))
	}
}
