package configs

import "fmt"

// field is one row of the schema. The type of def is the type of the key:
// string, int, uint64, bool, float64, []int, []float64, []string or []Phase.
// at gives a pointer to that type inside a Config.
type field struct {
	name    string
	def     any
	limit   limit // nil: every value of the type is fine
	affects Affects
	source  string
	help    string
	at      func(*Config) any
	late    bool // stays out of the hash at its default, see Hash
}

// set stores v, which has the type of f.def. Lists are copied, so that two
// configs never share one.
func (f *field) set(c *Config, v any) { store(f.at(c), v) }

// get is the value of the key in c, of the type of f.def.
func (f *field) get(c *Config) any { return load(f.at(c)) }

// store puts v where p points, copying lists.
func store(p, v any) {
	switch p := p.(type) {
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
	case *[]Phase:
		*p = append([]Phase{}, v.([]Phase)...)
	default:
		panic(fmt.Sprintf("configs: a key has the unknown type %T", p))
	}
}

// load is what p points to.
func load(p any) any {
	switch p := p.(type) {
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
	case *[]Phase:
		return *p
	default:
		panic(fmt.Sprintf("configs: a key has the unknown type %T", p))
	}
}
